/* SPDX-License-Identifier: Apache-2.0 */
/* The second factor: its code is asked for here, it is set up in the web portal. */
#include <glib/gi18n.h>

#include "client/ui/controller_factor.h"
#include "common/api_client/api_factor.h"
#include "common/base/error.h"

static void
on_proven(GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(GError) error = NULL;
  gboolean is_cancelled = FALSE;
  g_autoptr(ApiAnswer) answer = controller_answer(source, result, &is_cancelled, &error);
  if (!is_cancelled)
    controller_take_sign_in(user_data, answer, error);
}

static void
on_code(const char *code, gpointer user_data)
{
  Controller *controller = user_data;
  if (controller->state != CLIENT_STATE_FACTOR)
    return;
  controller_handle(controller, CLIENT_EVENT_CODE_CHOSEN, NULL);
  controller_call(controller, api_factor_verify_request(code), on_proven);
}

static void
on_sign_out(gpointer user_data)
{
  controller_handle(user_data, CLIENT_EVENT_SIGN_OUT, NULL);
}

static void
on_leave(gpointer user_data)
{
  controller_handle(user_data, CLIENT_EVENT_LEAVE, NULL);
}

static void
on_open(const char *address, gpointer user_data)
{
  Controller *controller = user_data;
  g_autoptr(GError) cause = NULL;
  g_autoptr(GError) error = NULL;
  if (!gtk_show_uri_on_window(client_window_gtk(controller->window), address, GDK_CURRENT_TIME, &cause))
    g_set_error(&error, CARAWAY_ERROR, CARAWAY_ERROR_UNREACHABLE, _("The browser cannot be opened: %s"),
                cause->message);
  client_window_show_error(controller->window, error); /* NULL: what was said before is over */
}

void
controller_make_factor_pages(Controller *controller)
{
  static const FactorPageListener factor = {on_code, on_sign_out};
  static const EnrolmentPageListener enrolment = {on_open, on_sign_out, on_leave};
  controller->factor_page = factor_page_new(&factor, controller);
  controller->enrolment_page = enrolment_page_new(&enrolment, controller);
  client_window_add_page(controller->window, "factor", factor_page_widget(controller->factor_page));
  client_window_add_page(controller->window, "enrolment", enrolment_page_widget(controller->enrolment_page));
}
