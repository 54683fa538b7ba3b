/* SPDX-License-Identifier: Apache-2.0 */
#include <glib/gi18n.h>

#include "client/model/server_sentence.h"
#include "client/ui/controller_factor.h"
#include "client/ui/controller_list.h"
#include "client/ui/controller_private.h"
#include "client/ui/controller_warning.h"
#include "common/base/error.h"

/* One session */

static gboolean
can_be_opened(const ApiSession *session)
{
  return session->state == API_SESSION_READY || session->state == API_SESSION_CONNECTED ||
         session->state == API_SESSION_DISCONNECTED;
}

static const char *
entry_of(const Controller *controller)
{
  return controller->entry != NULL ? controller->entry : controller->pool;
}

/* What is being done with the desktop, where the user looks at the moment. */
static void
show_progress(Controller *controller, const ApiSession *session)
{
  g_autofree char *step = server_sentence(session->step);
  if (controller->state == CLIENT_STATE_PREPARING)
    desktops_page_set_progress(controller->desktops_page, entry_of(controller), step, (int)session->progress);
  if (controller->state != CLIENT_STATE_RECONNECTING || can_be_opened(session) || step == NULL ||
      *step == '\0')
    return;
  g_autofree char *text = g_strdup_printf(_("Reconnecting: %s"), step);
  viewer_page_set_waiting(controller->viewer_page, text);
}

static void
note_session(Controller *controller, const ApiSession *session)
{
  controller->log_off = desktop_entry_log_off(session);
  client_window_set_actions(controller->window, desktop_entry_actions(session));
  if (session->desktop_id == NULL || g_strcmp0(controller->own, session->desktop_id) == 0)
    return;
  g_free(controller->own);
  controller->own = g_strdup(session->desktop_id);
}

static void
on_session_changed(const ApiSession *session, gpointer user_data)
{
  Controller *controller = user_data;
  note_session(controller, session);
  if (controller->state != CLIENT_STATE_PREPARING)
    controller_show_warning(controller, session);
  if (session->desktop_name != NULL && g_strcmp0(controller->desktop, session->desktop_name) != 0) {
    g_free(controller->desktop);
    controller->desktop = g_strdup(session->desktop_name);
  }
  show_progress(controller, session);
  if (controller->state == CLIENT_STATE_PREPARING && can_be_opened(session))
    controller_handle(controller, CLIENT_EVENT_READY, NULL);
}

/* Only of a desktop that never came up its code tells more than that the session has ended. */
static CarawayErrorCode
end_code(const Controller *controller, const ApiSession *session)
{
  if (controller->state != CLIENT_STATE_PREPARING || session == NULL || session->end_code == NULL)
    return CARAWAY_ERROR_SESSION_ENDED;
  CarawayErrorCode code = error_code_from_name(session->end_code);
  return code == CARAWAY_ERROR_INTERNAL ? CARAWAY_ERROR_SESSION_ENDED : code;
}

static void
on_session_ended(const ApiSession *session, gpointer user_data)
{
  Controller *controller = user_data;
  gboolean has_reason = session != NULL && session->reasons != NULL && session->reasons[0] != NULL;
  g_autoptr(GError) error = g_error_new(
      CARAWAY_ERROR, (int)end_code(controller, session), "%s",
      has_reason ? session->reasons[0] : _("You logged off, or the desktop was ended on the server."));
  controller_handle(controller, CLIENT_EVENT_SESSION_ENDED, error);
}

static void
on_events_failed(const GError *error, gpointer user_data)
{
  Controller *controller = user_data;
  /* While the desktop is on the screen the console itself tells what matters. */
  if (controller->state == CLIENT_STATE_PREPARING)
    controller_handle_failure(controller, CLIENT_EVENT_OPEN_FAILED, error);
}

static void
follow(Controller *controller, const ApiSession *session)
{
  static const ApiSessionWatcher watcher = {on_session_changed, on_session_ended, on_events_failed};
  g_free(controller->session);
  controller->session = g_strdup(session->id);
  controller->another = FALSE; /* it is there: whoever takes it over means this one */
  g_clear_pointer(&controller->events, api_session_events_free);
  controller->events = api_session_events_new(controller->client, session->id, &watcher, controller);
  on_session_changed(session, controller);
}

static void
on_connect_answer(GObject *source, GAsyncResult *result, gpointer user_data)
{
  Controller *controller = user_data;
  g_autoptr(GError) error = NULL;
  gboolean is_cancelled = FALSE;
  g_autoptr(ApiAnswer) answer = controller_answer(source, result, &is_cancelled, &error);
  if (is_cancelled)
    return;
  g_autoptr(ApiSession) session = answer != NULL ? api_session_from_answer(answer, &error) : NULL;
  if (session != NULL)
    follow(controller, session);
  else if (g_error_matches(error, CARAWAY_ERROR, CARAWAY_ERROR_IN_USE_ELSEWHERE))
    controller_handle(controller, CLIENT_EVENT_IN_USE_ELSEWHERE, error);
  else
    controller_handle_failure(controller, CLIENT_EVENT_OPEN_FAILED, error);
}

void
controller_choose(Controller *controller, const char *pool, const char *own, gboolean another,
                  const char *entry)
{
  g_free(controller->pool);
  g_free(controller->own);
  g_free(controller->entry);
  controller->pool = g_strdup(pool);
  controller->own = g_strdup(own);
  controller->another = another;
  controller->entry = g_strdup(entry);
}

void
controller_connect(Controller *controller)
{
  const ApiConnectOptions options = {
      .take_over = controller->take_over, .another = controller->another, .desktop = controller->own};
  desktops_page_set_progress(controller->desktops_page, entry_of(controller), NULL, 0);
  controller_call(controller, api_session_connect_request(controller->pool, &options), on_connect_answer);
}

/* Restart, reset, log off, disconnect */

static void
on_acted(GObject *source, GAsyncResult *result, gpointer user_data)
{
  Controller *controller = user_data;
  g_autoptr(GError) error = NULL;
  gboolean is_cancelled = FALSE;
  g_autoptr(ApiAnswer) answer = controller_answer(source, result, &is_cancelled, &error);
  if (is_cancelled)
    return;
  if (!controller_handle_sign_in(controller, error) && error != NULL)
    client_window_show_error(controller->window, error);
  if (controller->state == CLIENT_STATE_DESKTOPS)
    controller_list(controller);
}

void
controller_act(Controller *controller, const char *session, DesktopAction action)
{
  controller_call(controller, api_session_action_request(session, desktop_action_name(action)), on_acted);
}
