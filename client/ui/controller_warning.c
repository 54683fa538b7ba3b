/* SPDX-License-Identifier: Apache-2.0 */
#include "client/ui/controller_warning.h"

#include "client/model/session_warning.h"

static gboolean
is_same(const ApiSession *before, const ApiSession *session)
{
  return before != NULL && g_strcmp0(before->id, session->id) == 0 &&
         g_strcmp0(before->warning, session->warning) == 0 &&
         g_strcmp0(before->warning_code, session->warning_code) == 0 &&
         g_strcmp0(before->warning_action, session->warning_action) == 0 &&
         before->warning_until_us == session->warning_until_us;
}

/* Of the session what its warning is read from. */
static ApiSession *
copy_warning(const ApiSession *session)
{
  ApiSession *copy = g_new0(ApiSession, 1);
  copy->id = g_strdup(session->id);
  copy->warning = g_strdup(session->warning);
  copy->warning_code = g_strdup(session->warning_code);
  copy->warning_action = g_strdup(session->warning_action);
  copy->warning_until_us = session->warning_until_us;
  return copy;
}

static void show_it(Controller *controller, gboolean is_new);

static gboolean
on_next(gpointer user_data)
{
  Controller *controller = user_data;
  controller->warning_timer = 0;
  show_it(controller, FALSE);
  return G_SOURCE_REMOVE;
}

static void
show_it(Controller *controller, gboolean is_new)
{
  gint64 now_us = api_client_server_time_us(controller->client);
  g_auto(SessionWarning) warning = {0};
  if (!session_warning_read(controller->warned, now_us, &warning))
    return;
  if (is_new || (warning.is_last && !controller->warned_last))
    client_window_show_notice(controller->window, warning.title, warning.text, warning.advice);
  else
    client_window_change_notice(controller->window, warning.text);
  controller->warned_last = warning.is_last;
  if (warning.next_us > 0)
    controller->warning_timer = g_timeout_add((guint)(warning.next_us / 1000) + 1, on_next, controller);
}

void
controller_forget_warning(Controller *controller)
{
  g_clear_handle_id(&controller->warning_timer, g_source_remove);
  g_clear_pointer(&controller->warned, api_session_free);
}

void
controller_show_warning(Controller *controller, const ApiSession *session)
{
  if (is_same(controller->warned, session))
    return;
  controller_forget_warning(controller);
  if (session->warning == NULL) {
    client_window_show_notice(controller->window, NULL, NULL, NULL);
    return;
  }
  controller->warned = copy_warning(session);
  show_it(controller, TRUE);
}
