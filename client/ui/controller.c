/* SPDX-License-Identifier: Apache-2.0 */
#include "client/ui/controller.h"

#include <glib/gi18n.h>

#include "client/model/server_sentence.h"
#include "client/ui/book_file.h"
#include "client/ui/controller_factor.h"
#include "client/ui/controller_kiosk.h"
#include "client/ui/controller_list.h"
#include "client/ui/controller_private.h"
#include "client/ui/controller_warning.h"
#include "client/ui/elsewhere_page.h"
#include "common/base/error.h"
#include "common/base/log.h"
#include "common/base/secret.h"

/* The machine */

static void
cancel_everything(Controller *controller)
{
  g_cancellable_cancel(controller->cancellable);
  g_object_unref(controller->cancellable);
  controller->cancellable = g_cancellable_new();
  g_clear_handle_id(&controller->retry_timer, g_source_remove);
  g_clear_pointer(&controller->events, api_session_events_free);
  controller->attempts = 0;
  controller->take_over = controller->kiosk != NULL;
}

static void
carry_out(Controller *controller, ClientEffects effects, const GError *error)
{
  if (effects & CLIENT_EFFECT_CANCEL)
    cancel_everything(controller);
  if (effects & CLIENT_EFFECT_CLOSE_CONSOLE)
    controller_close_console(controller, FALSE);
  if (effects & CLIENT_EFFECT_FREEZE)
    controller_close_console(controller, TRUE);
  if (effects & (CLIENT_EFFECT_SIGN_OUT | CLIENT_EFFECT_FORGET_TOKEN))
    controller_sign_out(controller, (effects & CLIENT_EFFECT_SIGN_OUT) != 0);
  if (effects & CLIENT_EFFECT_CHECK_SERVER)
    controller_check_server(controller);
  if (effects & CLIENT_EFFECT_SIGN_IN)
    controller_sign_in(controller);
  if (effects & CLIENT_EFFECT_LIST)
    controller_list(controller);
  if (effects & CLIENT_EFFECT_CONNECT)
    controller_connect(controller);
  if (effects & CLIENT_EFFECT_GRANT)
    controller_get_grant(controller);
  if (effects & CLIENT_EFFECT_WAIT)
    controller_wait(controller);
  client_window_show_error(controller->window, effects & CLIENT_EFFECT_SHOW_ERROR ? error : NULL);
}

/* How each state looks. The title is what the task bar and a screen reader say; over a picture that is not
 * there it says why. */
typedef struct {
  const char *page;
  WindowKind kind;
  const char *title;
  gboolean is_waiting; /* for a picture */
} View;

static const View views[CLIENT_STATE_LAST] = {
    [CLIENT_STATE_SERVER] = {"server", WINDOW_PLAIN, N_("Choose a server"), FALSE},
    [CLIENT_STATE_CHECKING] = {"server", WINDOW_PLAIN, N_("Looking for the server…"), FALSE},
    [CLIENT_STATE_SIGN_IN] = {"sign-in", WINDOW_PLAIN, N_("Sign in"), FALSE},
    [CLIENT_STATE_SIGNING_IN] = {"sign-in", WINDOW_PLAIN, N_("Signing in…"), FALSE},
    [CLIENT_STATE_FACTOR] = {"factor", WINDOW_PLAIN, N_("Enter a code"), FALSE},
    [CLIENT_STATE_PROVING] = {"factor", WINDOW_PLAIN, N_("Signing in…"), FALSE},
    [CLIENT_STATE_ENROLMENT] = {"enrolment", WINDOW_PLAIN, N_("Set up a second factor"), FALSE},
    [CLIENT_STATE_PASSWORD] = {"password", WINDOW_PLAIN, N_("Choose a new password"), FALSE},
    [CLIENT_STATE_CHANGING_PASSWORD] = {"password", WINDOW_PLAIN, N_("Changing your password…"), FALSE},
    [CLIENT_STATE_DESKTOPS] = {"desktops", WINDOW_LIST, N_("Your desktops"), FALSE},
    [CLIENT_STATE_PREPARING] = {"desktops", WINDOW_LIST, N_("Opening…"), FALSE},
    [CLIENT_STATE_OPENING] = {"viewer", WINDOW_DESKTOP, N_("Opening your desktop…"), TRUE},
    [CLIENT_STATE_CONNECTED] = {"viewer", WINDOW_DESKTOP, N_("Desktop"), FALSE},
    [CLIENT_STATE_RECONNECTING] = {"viewer", WINDOW_DESKTOP, N_("Reconnecting…"), TRUE},
    [CLIENT_STATE_ELSEWHERE] = {"elsewhere", WINDOW_ELSEWHERE, N_("Open on another device"), FALSE},
};

/* A kiosk asks nobody for a server or a name. */
static const View kiosk_view = {"kiosk", WINDOW_PLAIN, N_("A desktop will open here"), FALSE};

static void
enter_page(Controller *controller)
{
  switch (controller->state) {
  case CLIENT_STATE_SERVER:
    server_page_enter(controller->server_page);
    break;
  case CLIENT_STATE_SIGN_IN:
    sign_in_page_enter(controller->sign_in_page);
    break;
  case CLIENT_STATE_FACTOR:
    factor_page_enter(controller->factor_page);
    break;
  case CLIENT_STATE_ENROLMENT:
    enrolment_page_enter(controller->enrolment_page, api_client_get_url(controller->client),
                         controller->pool_needs_factor);
    break;
  case CLIENT_STATE_PASSWORD:
    password_page_enter(controller->password_page);
    break;
  case CLIENT_STATE_CONNECTED:
    viewer_page_enter(controller->viewer_page);
    break;
  case CLIENT_STATE_ELSEWHERE:
    elsewhere_page_enter(controller->elsewhere_page, controller->elsewhere);
    break;
  default:
    break;
  }
}

static void
show_state(Controller *controller, ClientState before)
{
  gboolean is_kiosk = controller_kiosk_is_shown(controller);
  const View *view = is_kiosk ? &kiosk_view : &views[controller->state];
  gboolean is_desktop = view->kind == WINDOW_DESKTOP;
  const char *host = controller->client != NULL ? api_client_get_host(controller->client) : NULL;
  const char *heading = is_desktop && controller->desktop != NULL ? controller->desktop : "Caraway";
  gboolean is_shown = controller->state == CLIENT_STATE_CONNECTED && controller->desktop != NULL;
  g_autofree char *title = g_strconcat(is_shown ? controller->desktop : _(view->title), " – Caraway", NULL);
  server_page_set_busy(controller->server_page, controller->state == CLIENT_STATE_CHECKING);
  sign_in_page_set_busy(controller->sign_in_page, controller->state == CLIENT_STATE_SIGNING_IN);
  factor_page_set_busy(controller->factor_page, controller->state == CLIENT_STATE_PROVING);
  password_page_set_busy(controller->password_page, controller->state == CLIENT_STATE_CHANGING_PASSWORD);
  viewer_page_set_waiting(controller->viewer_page, view->is_waiting ? _(view->title) : NULL);
  client_window_show_page(controller->window, view->page, view->kind, title, heading,
                          controller->state == CLIENT_STATE_SERVER ? NULL : host);
  controller_watch_list(controller, controller->state == CLIENT_STATE_DESKTOPS);
  if (!is_desktop) {
    controller_forget_warning(controller);
    client_window_show_notice(controller->window, NULL, NULL, NULL);
  }
  if (controller->state != CLIENT_STATE_SIGN_IN)
    controller_close_browser(controller);
  if (controller->state != before && !is_kiosk)
    enter_page(controller);
  if (controller->state != before && controller->kiosk != NULL)
    controller_kiosk_enter(controller, before);
  if (controller->state == CLIENT_STATE_CONNECTED && before == CLIENT_STATE_OPENING &&
      (controller->options->full_screen || controller->kiosk != NULL))
    client_window_set_full_screen(controller->window, TRUE);
}

/* The reason names the device, where there is one. */
static void
note_elsewhere(Controller *controller, const GError *error)
{
  const char *const *reasons = error != NULL ? error_get_reasons(error) : NULL;
  gboolean has_reason = reasons != NULL && reasons[0] != NULL;
  g_free(controller->elsewhere);
  controller->elsewhere = error != NULL ? server_sentence(has_reason ? reasons[0] : error->message) : NULL;
}

void
controller_handle(Controller *controller, ClientEvent event, const GError *error)
{
  ClientState before = controller->state;
  ClientStep step = client_state_step(before, event);
  if (!step.taken)
    return;
  log_debug("%s × %s → %s", client_state_name(before), client_event_name(event),
            client_state_name(step.state));
  controller->state = step.state;
  controller->pool_needs_factor = g_error_matches(error, CARAWAY_ERROR, CARAWAY_ERROR_SECOND_FACTOR_REQUIRED);
  if (event == CLIENT_EVENT_IN_USE_ELSEWHERE)
    note_elsewhere(controller, error);
  carry_out(controller, step.effects, error);
  show_state(controller, before);
}

/* What an answer with the code may mean beside a failure of what was asked for. */
static const struct {
  CarawayErrorCode code;
  ClientEvent event;
} meanings[] = {
    {CARAWAY_ERROR_UNAUTHENTICATED, CLIENT_EVENT_TOKEN_REJECTED},
    {CARAWAY_ERROR_PASSWORD_EXPIRED, CLIENT_EVENT_TOKEN_REJECTED},
    {CARAWAY_ERROR_SECOND_FACTOR_PENDING, CLIENT_EVENT_FACTOR_REQUIRED},
    {CARAWAY_ERROR_ENROLMENT_REQUIRED, CLIENT_EVENT_FACTOR_MISSING},
    {CARAWAY_ERROR_SECOND_FACTOR_REQUIRED, CLIENT_EVENT_FACTOR_MISSING},
};

gboolean
controller_handle_sign_in(Controller *controller, const GError *error)
{
  for (gsize i = 0; i < G_N_ELEMENTS(meanings); i++) {
    if (!g_error_matches(error, CARAWAY_ERROR, (int)meanings[i].code))
      continue;
    if (controller->kiosk != NULL && meanings[i].event != CLIENT_EVENT_TOKEN_REJECTED)
      return FALSE; /* nobody is there who has a factor: the refusal is shown, and it tries again */
    controller_handle(controller, meanings[i].event, error);
    return TRUE;
  }
  return FALSE;
}

void
controller_handle_failure(Controller *controller, ClientEvent otherwise, const GError *error)
{
  gboolean has_ended = g_error_matches(error, CARAWAY_ERROR, CARAWAY_ERROR_SESSION_ENDED);
  if (!controller_handle_sign_in(controller, error))
    controller_handle(controller, has_ended ? CLIENT_EVENT_SESSION_ENDED : otherwise, error);
}

void
controller_call(Controller *controller, ApiRequest *request, GAsyncReadyCallback callback)
{
  g_autoptr(ApiRequest) owned = request;
  api_client_call_async(controller->client, owned, controller->cancellable, callback, controller);
}

ApiAnswer *
controller_answer(GObject *source, GAsyncResult *result, gboolean *ret_cancelled, GError **error)
{
  g_autoptr(GError) cause = NULL;
  ApiAnswer *answer = api_client_call_finish(API_CLIENT(source), result, &cause);
  *ret_cancelled = g_error_matches(cause, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  if (cause != NULL)
    g_propagate_error(error, g_steal_pointer(&cause));
  return answer;
}

/* What the window reports */

static void
on_act(DesktopAction action, gpointer user_data)
{
  Controller *controller = user_data;
  if (controller->session != NULL)
    controller_ask_action(controller, controller->session, action,
                          controller->desktop != NULL ? controller->desktop : "", controller->log_off);
}

static void
on_buttons(gpointer user_data)
{
  Controller *controller = user_data;
  viewer_page_show_edge(controller->viewer_page);
}

static void
on_wish(WindowWish wish, gpointer user_data)
{
  Controller *controller = user_data;
  switch (wish) {
  case WINDOW_WISH_CLOSE:
    g_main_loop_quit(controller->loop);
    break;
  case WINDOW_WISH_BACK:
  case WINDOW_WISH_DISCONNECT:
    controller_handle(controller, CLIENT_EVENT_LEAVE, NULL);
    break;
  case WINDOW_WISH_REFRESH:
    if (controller->state == CLIENT_STATE_DESKTOPS)
      controller_list(controller);
    break;
  case WINDOW_WISH_SIGN_OUT:
    controller_handle(controller, CLIENT_EVENT_SIGN_OUT, NULL);
    break;
  }
}

static void
on_keys(const guint *keyvals, int count, gpointer user_data)
{
  Controller *controller = user_data;
  viewer_page_send_keys(controller->viewer_page, keyvals, count);
}

static void
on_full_screen(gboolean is_full_screen, gpointer user_data)
{
  Controller *controller = user_data;
  viewer_page_set_full_screen(controller->viewer_page, is_full_screen);
}

/* Beginning and end */

Controller *
controller_new(const ControllerOptions *options, GMainLoop *loop, GError **error)
{
  static const ClientWindowListener listener = {on_wish, on_act, on_buttons, on_keys, on_full_screen};
  g_autoptr(Controller) controller = g_new0(Controller, 1);
  controller->options = options;
  controller->loop = loop;
  controller->state = CLIENT_STATE_SERVER;
  controller->cancellable = g_cancellable_new();
  controller->book = book_file_load();
  controller->transport = transport_new();
  controller->pool_wanted = g_strdup(options->pool);
  controller->window = client_window_new(&listener, controller);
  controller_make_pages(controller);
  g_autoptr(PeerTrust) usable = peer_trust_new_server(options->ca_file, NULL, error);
  if (usable == NULL || (options->kiosk && !controller_kiosk_make(controller, error)) ||
      (options->server != NULL && !controller_choose_server(controller, options->server, error)))
    return NULL;
  show_state(controller, CLIENT_STATE_LAST);
  if (options->server != NULL)
    controller_handle(controller, CLIENT_EVENT_SERVER_CHOSEN, NULL);
  return g_steal_pointer(&controller);
}

void
controller_free(Controller *controller)
{
  if (controller == NULL)
    return;
  cancel_everything(controller);
  controller_watch_list(controller, FALSE);
  controller_forget_warning(controller);
  controller_close_console(controller, FALSE);
  browser_sign_in_free(controller->by_browser.waiting);
  client_window_free(controller->window);
  transport_free(controller->transport);
  server_book_free(controller->book);
  doubtful_certificate_clear(&controller->doubtful);
  peer_trust_unref(controller->trust);
  kiosk_free(controller->kiosk);
  g_clear_object(&controller->client);
  g_object_unref(controller->cancellable);
  secret_free(controller->password);
  secret_free(controller->by_browser.code);
  secret_free(controller->by_browser.verifier);
  char *texts[] = {controller->address,     controller->user,
                   controller->pool_wanted, controller->pool,
                   controller->own,         controller->entry,
                   controller->session,     controller->desktop,
                   controller->elsewhere,   controller->question_session};
  for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
    g_free(texts[i]);
  g_free(controller);
}
