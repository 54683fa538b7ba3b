/* SPDX-License-Identifier: Apache-2.0 */
/* Signing in by the system's browser: while it is open the machine stays where it asks who one is. */
#include "client/ui/controller_private.h"
#include "common/api_client/api_sign_in.h"
#include "common/base/log.h"
#include "common/base/secret.h"

void
controller_close_browser(Controller *controller)
{
  if (controller->by_browser.waiting == NULL) /* in any other state the focus is where it is needed */
    return;
  g_clear_pointer(&controller->by_browser.waiting, browser_sign_in_free);
  sign_in_page_set_waiting(controller->sign_in_page, FALSE);
}

static void
on_came_back(const char *code, const char *verifier, gpointer user_data)
{
  Controller *controller = user_data;
  controller->by_browser.code = g_strdup(code);
  controller->by_browser.verifier = g_strdup(verifier);
  controller_close_browser(controller);
  sign_in_page_set(controller->sign_in_page, api_client_get_host(controller->client), NULL);
  sign_in_page_enter(controller->sign_in_page);
  g_clear_pointer(&controller->user, g_free); /* of who tried it by a password before */
  g_clear_pointer(&controller->password, secret_free);
  gtk_window_present(client_window_gtk(controller->window));
  controller_handle(controller, CLIENT_EVENT_CREDENTIALS, NULL);
}

static void
on_failed(const GError *error, gpointer user_data)
{
  Controller *controller = user_data;
  g_autoptr(GError) shown = g_error_copy(error);
  controller_close_browser(controller);
  gtk_window_present(client_window_gtk(controller->window));
  client_window_show_error(controller->window, shown);
}

void
controller_open_browser(Controller *controller, const char *method)
{
  static const BrowserSignInListener LISTENER = {.came_back = on_came_back, .failed = on_failed};
  g_autoptr(GError) error = NULL;
  controller_close_browser(controller);
  controller->by_browser.waiting =
      browser_sign_in_new(client_window_gtk(controller->window), api_client_get_url(controller->client),
                          method, &LISTENER, controller, &error);
  client_window_show_error(controller->window, error); /* NULL: what was said before is over */
  if (controller->by_browser.waiting != NULL)
    sign_in_page_set_waiting(controller->sign_in_page, TRUE);
}

static void
on_methods(GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(GError) error = NULL;
  gboolean is_cancelled = FALSE;
  g_autoptr(ApiAnswer) answer = controller_answer(source, result, &is_cancelled, &error);
  if (is_cancelled)
    return;
  Controller *controller = user_data;
  g_autoptr(GPtrArray) methods = answer != NULL ? api_sign_in_methods_from_answer(answer, &error) : NULL;
  if (methods == NULL) /* an older server: there is the password */
    log_info("how else one may sign in: %s", error->message);
  sign_in_page_set_methods(controller->sign_in_page, methods);
}

void
controller_ask_methods(Controller *controller)
{
  sign_in_page_set_methods(controller->sign_in_page, NULL);
  controller_call(controller, api_sign_in_methods_request(), on_methods);
}
