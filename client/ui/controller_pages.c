/* SPDX-License-Identifier: Apache-2.0 */
/* What the pages report, handed to the state machine. */
#include "client/ui/book_file.h"
#include "client/ui/controller_factor.h"
#include "client/ui/controller_list.h"
#include "client/ui/controller_private.h"
#include "client/ui/elsewhere_page.h"
#include "common/base/secret.h"

static void
on_server_chosen(const char *text, gpointer user_data)
{
  Controller *controller = user_data;
  g_autoptr(GError) error = NULL;
  if (controller_choose_server(controller, text, &error))
    controller_handle(controller, CLIENT_EVENT_SERVER_CHOSEN, NULL);
  else
    client_window_show_error(controller->window, error);
}

static void
on_server_forgotten(const char *address, gpointer user_data)
{
  Controller *controller = user_data;
  server_book_remove(controller->book, address);
  book_file_save(controller->book);
  server_page_set_book(controller->server_page, controller->book);
}

static void
on_credentials(const char *user, const char *password, gpointer user_data)
{
  Controller *controller = user_data;
  g_free(controller->user);
  controller->user = g_strdup(user);
  secret_free(controller->password);
  controller->password = g_strdup(password);
  controller_handle(controller, CLIENT_EVENT_CREDENTIALS, NULL);
}

static void
on_method_chosen(const char *method, gpointer user_data)
{
  controller_open_browser(user_data, method);
}

static void
on_method_cancelled(gpointer user_data)
{
  controller_close_browser(user_data);
}

static void
on_change_server(gpointer user_data)
{
  controller_handle(user_data, CLIENT_EVENT_CHANGE_SERVER, NULL);
}

static void
on_new_password(const char *new_password, gpointer user_data)
{
  Controller *controller = user_data;
  if (controller->state != CLIENT_STATE_PASSWORD)
    return;
  controller_handle(controller, CLIENT_EVENT_PASSWORD_CHOSEN, NULL);
  controller_change_password(controller, new_password);
}

static void
on_password_cancelled(gpointer user_data)
{
  controller_handle(user_data, CLIENT_EVENT_SIGN_OUT, NULL);
}

static void
on_open(const DesktopEntry *entry, gpointer user_data)
{
  Controller *controller = user_data;
  if (controller->state != CLIENT_STATE_DESKTOPS)
    return;
  /* The only one of a pool is not named: when its host is lost another one may take its place. */
  controller_choose(controller, entry->pool_id, entry->in_group ? entry->desktop_id : NULL, entry->another,
                    entry->key);
  controller_handle(controller, CLIENT_EVENT_OPEN, NULL);
}

static void
on_cancel_open(gpointer user_data)
{
  controller_handle(user_data, CLIENT_EVENT_LEAVE, NULL);
}

static void
on_action_answered(gboolean is_yes, gpointer user_data)
{
  Controller *controller = user_data;
  if (is_yes)
    controller_act(controller, controller->question_session, controller->question_action);
}

void
controller_ask_action(Controller *controller, const char *session, DesktopAction action, const char *name,
                      LogOffEnd log_off)
{
  if (!questions_has_action(action)) {
    controller_act(controller, session, action);
    return;
  }
  g_free(controller->question_session);
  controller->question_session = g_strdup(session);
  controller->question_action = action;
  questions_ask_action(client_window_gtk(controller->window), action, name, log_off, on_action_answered,
                       controller);
}

static void
on_act(const DesktopEntry *entry, DesktopAction action, gpointer user_data)
{
  controller_ask_action(user_data, entry->session, action, entry->title, entry->log_off);
}

static void
on_take_over(gpointer user_data)
{
  Controller *controller = user_data;
  controller->take_over = TRUE;
  controller_handle(controller, CLIENT_EVENT_TAKE_OVER, NULL);
}

static void
on_leave(gpointer user_data)
{
  controller_handle(user_data, CLIENT_EVENT_LEAVE, NULL);
}

void
controller_make_pages(Controller *controller)
{
  static const ServerPageListener server = {on_server_chosen, on_server_forgotten};
  static const SignInPageListener sign_in = {on_credentials, on_change_server, on_method_chosen,
                                             on_method_cancelled};
  static const PasswordPageListener password = {on_new_password, on_password_cancelled};
  static const DesktopCardListener desktops = {on_open, on_cancel_open, on_act};
  static const ElsewherePageListener elsewhere = {on_take_over, on_leave};
  ClientWindow *window = controller->window;
  controller->server_page = server_page_new(&server, controller);
  controller->sign_in_page = sign_in_page_new(&sign_in, controller);
  controller->password_page = password_page_new(&password, controller);
  controller->desktops_page = desktops_page_new(&desktops, controller);
  controller->viewer_page = viewer_page_new(client_window_make_edge_bar(window));
  client_window_add_page(window, "server", server_page_widget(controller->server_page));
  client_window_add_page(window, "sign-in", sign_in_page_widget(controller->sign_in_page));
  client_window_add_page(window, "password", password_page_widget(controller->password_page));
  controller_make_factor_pages(controller);
  client_window_add_page(window, "desktops", desktops_page_widget(controller->desktops_page));
  client_window_add_page(window, "viewer", viewer_page_widget(controller->viewer_page));
  controller->elsewhere_page = elsewhere_page_new(&elsewhere, controller);
  client_window_add_page(window, "elsewhere", controller->elsewhere_page);
  server_page_set_book(controller->server_page, controller->book);
}
