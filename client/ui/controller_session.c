/* SPDX-License-Identifier: Apache-2.0 */
#include <glib/gi18n.h>

#include "client/ui/controller_private.h"
#include "common/base/error.h"

/* The list */

static void
open_wanted_pool(Controller *controller)
{
  g_autofree char *pool = g_steal_pointer(&controller->pool_wanted);
  if (pool == NULL)
    return;
  g_free(controller->pool);
  controller->pool = g_steal_pointer(&pool);
  controller_handle(controller, CLIENT_EVENT_OPEN, NULL);
}

static void
on_list(GObject *source, GAsyncResult *result, gpointer user_data)
{
  Controller *controller = user_data;
  g_autoptr(GError) error = NULL;
  gboolean is_cancelled = FALSE;
  g_autoptr(ApiAnswer) answer = controller_answer(source, result, &is_cancelled, &error);
  if (is_cancelled)
    return;
  g_autoptr(GPtrArray) desktops = answer != NULL ? api_session_desktops_from_answer(answer, &error) : NULL;
  if (desktops == NULL) {
    if (controller_needs_sign_in(error))
      controller_handle(controller, CLIENT_EVENT_TOKEN_REJECTED, error);
    else
      client_window_show_error(controller->window, error);
    return;
  }
  desktops_page_set(controller->desktops_page, desktops);
  g_autoptr(GError) degraded = api_session_degraded_from_answer(answer);
  if (degraded != NULL) /* the list holds only what the server knows by heart */
    client_window_show_error(controller->window, degraded);
  desktops_page_enter(controller->desktops_page);
  open_wanted_pool(controller);
}

void
controller_list(Controller *controller)
{
  controller_call(controller, api_session_desktops_request(), on_list);
}

/* One session */

static gboolean
can_be_opened(const ApiSession *session)
{
  return session->state == API_SESSION_READY || session->state == API_SESSION_CONNECTED ||
         session->state == API_SESSION_DISCONNECTED;
}

/* What is being done with the desktop, where the user looks at the moment. */
static void
show_progress(Controller *controller, const ApiSession *session)
{
  if (controller->state == CLIENT_STATE_PREPARING)
    desktops_page_set_progress(controller->desktops_page, controller->pool, session->step,
                               (int)session->progress);
  if (controller->state != CLIENT_STATE_RECONNECTING || can_be_opened(session) || session->step == NULL)
    return;
  g_autofree char *text = g_strdup_printf(_("Reconnecting: %s"), session->step);
  viewer_page_set_waiting(controller->viewer_page, text);
}

static void
on_session_changed(const ApiSession *session, gpointer user_data)
{
  Controller *controller = user_data;
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
controller_connect(Controller *controller)
{
  desktops_page_set_progress(controller->desktops_page, controller->pool, NULL, 0);
  controller_call(controller, api_session_connect_request(controller->pool, controller->take_over),
                  on_connect_answer);
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
  if (controller_needs_sign_in(error))
    controller_handle(controller, CLIENT_EVENT_TOKEN_REJECTED, error);
  else if (error != NULL)
    client_window_show_error(controller->window, error);
  if (controller->state == CLIENT_STATE_DESKTOPS)
    controller_list(controller);
}

void
controller_act(Controller *controller, const char *session, const char *action)
{
  controller_call(controller, api_session_action_request(session, action), on_acted);
}
