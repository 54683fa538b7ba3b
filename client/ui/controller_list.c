/* SPDX-License-Identifier: Apache-2.0 */
#include "client/ui/controller_list.h"

#include "client/ui/controller_factor.h"
#include "common/api_client/api_desktop.h"

#define LIST_PAUSE_S   15
#define MOVING_PAUSE_S 2

static void
open_wanted_pool(Controller *controller)
{
  g_autofree char *pool = g_steal_pointer(&controller->pool_wanted);
  if (pool == NULL)
    return;
  controller_choose(controller, pool, NULL, FALSE, NULL);
  controller_handle(controller, CLIENT_EVENT_OPEN, NULL);
}

/* The bar may hold what else went wrong: only what the list itself put there is taken away by its success. */
static void
show_failure(Controller *controller, const GError *error)
{
  if (error == NULL && !controller->list_failed)
    return;
  controller->list_failed = error != NULL;
  client_window_show_error(controller->window, error);
  if (error != NULL)
    desktops_page_set_failed(controller->desktops_page);
}

static void
on_list(GObject *source, GAsyncResult *result, gpointer user_data)
{
  Controller *controller = user_data;
  g_autoptr(GError) error = NULL;
  gboolean is_cancelled = FALSE;
  g_autoptr(ApiAnswer) answer = controller_answer(source, result, &is_cancelled, &error);
  if (is_cancelled || controller->state != CLIENT_STATE_DESKTOPS)
    return;
  g_autoptr(GPtrArray) desktops = answer != NULL ? api_desktop_list_from_answer(answer, &error) : NULL;
  if (desktops == NULL && controller_handle_sign_in(controller, error))
    return;
  show_failure(controller, error);
  if (desktops != NULL)
    desktops_page_set(controller->desktops_page,
                      desktop_entry_list(desktops, api_client_server_time_us(controller->client)),
                      api_desktop_list_is_degraded(answer));
  controller_watch_list(controller, TRUE);
  if (desktops == NULL)
    return;
  desktops_page_enter(controller->desktops_page);
  open_wanted_pool(controller);
}

void
controller_list(Controller *controller)
{
  controller_call(controller, api_desktop_list_request(), on_list);
}

static gboolean
on_list_due(gpointer user_data)
{
  Controller *controller = user_data;
  /* Not under an open menu or a question: they belong to what is shown now. */
  if (gtk_grab_get_current() != NULL)
    return G_SOURCE_CONTINUE;
  controller->list_timer = 0;
  controller_list(controller);
  return G_SOURCE_REMOVE;
}

void
controller_watch_list(Controller *controller, gboolean is_shown)
{
  g_clear_handle_id(&controller->list_timer, g_source_remove);
  if (!is_shown)
    return;
  guint pause_s = desktops_page_is_moving(controller->desktops_page) ? MOVING_PAUSE_S : LIST_PAUSE_S;
  controller->list_timer = g_timeout_add_seconds(pause_s, on_list_due, controller);
}
