/* SPDX-License-Identifier: Apache-2.0 */
#include <glib/gi18n.h>

#include "client/display/console_targets.h"
#include "client/model/problem_text.h"
#include "client/model/reconnect_policy.h"
#include "client/ui/book_file.h"
#include "client/ui/controller_private.h"
#include "common/base/error.h"
#include "common/base/log.h"

/* A grant or a console failed: the policy says whether to try again. */
static void
handle_console_failure(Controller *controller, const GError *error)
{
  controller->attempts++;
  ReconnectDecision decision = reconnect_policy_decide(controller->state, problem_text_code(error),
                                                       controller->attempts, g_random_double());
  log_info("attempt %u: %s", controller->attempts, error->message);
  controller->pause_ms = decision.pause_ms;
  controller_handle(controller, decision.event, error);
}

static void
on_console_opened(Console *console, gpointer user_data)
{
  Controller *controller = user_data;
  controller->attempts = 0;
  controller->take_over = controller->kiosk != NULL;
  server_book_set_site(controller->book, controller->address, console_site(console));
  book_file_save(controller->book);
  controller_handle(controller, CLIENT_EVENT_CONSOLE_OPENED, NULL);
}

static void
on_console_channel(Console *console, SpiceChannel *channel, gpointer user_data)
{
  /* SpiceDisplay and SpiceAudio take what is theirs by the session's own signals. */
}

/* The console must not be freed in its own callback: the event is handled from the main loop. */
typedef struct {
  Controller *controller;
  GError *error;
} ConsoleEnd;

static gboolean
handle_console_end(gpointer user_data)
{
  ConsoleEnd *end = user_data;
  Controller *controller = end->controller;
  controller->end_source = 0;
  if (controller->state == CLIENT_STATE_CONNECTED)
    controller_handle(controller, CLIENT_EVENT_CONSOLE_LOST, end->error);
  else
    handle_console_failure(controller, end->error);
  return G_SOURCE_REMOVE;
}

static void
console_end_free(gpointer data)
{
  ConsoleEnd *end = data;
  g_error_free(end->error);
  g_free(end);
}

static void
on_console_ended(Console *console, const GError *error, gpointer user_data)
{
  Controller *controller = user_data;
  ConsoleEnd *end = g_new(ConsoleEnd, 1);
  *end = (ConsoleEnd){controller, g_error_copy(error)};
  /* Before GTK draws again, so that the last picture is still whole when it is kept. */
  g_clear_handle_id(&controller->end_source, g_source_remove);
  controller->end_source = g_idle_add_full(G_PRIORITY_HIGH, handle_console_end, end, console_end_free);
}

static void
open_console(Controller *controller, GPtrArray *targets, const char *grant)
{
  static const ConsoleListener listener = {on_console_opened, on_console_channel, on_console_ended};
  const ServerEntry *entry = server_book_find(controller->book, controller->address);
  const ConsoleOffer offer = {.targets = targets,
                              .preferred_site = entry != NULL ? entry->site : NULL,
                              .grant = grant,
                              .with_audio = TRUE};
  controller_close_console(controller, TRUE);
  controller->console = console_new(controller->transport, &offer, &listener, controller);
  viewer_page_attach(controller->viewer_page, controller->console);
  /* It belongs to the session, and plays and records as the channels come. */
  spice_audio_get(console_session(controller->console), NULL);
  console_open(controller->console);
}

static void
on_grant(GObject *source, GAsyncResult *result, gpointer user_data)
{
  Controller *controller = user_data;
  g_autoptr(GError) error = NULL;
  gboolean is_cancelled = FALSE;
  g_autoptr(ApiAnswer) answer = controller_answer(source, result, &is_cancelled, &error);
  if (is_cancelled)
    return;
  g_autoptr(ApiConsole) console = answer != NULL ? api_session_console_from_answer(answer, &error) : NULL;
  g_autoptr(GPtrArray) targets =
      console != NULL ? console_targets_from_relays(console->relays, controller->trust, &error) : NULL;
  if (targets != NULL)
    open_console(controller, targets, console->grant);
  else
    handle_console_failure(controller, error);
}

void
controller_get_grant(Controller *controller)
{
  controller_call(controller, api_session_grant_request(controller->session, controller->take_over),
                  on_grant);
}

static gboolean
on_retry_due(gpointer user_data)
{
  Controller *controller = user_data;
  controller->retry_timer = 0;
  controller_handle(controller, CLIENT_EVENT_RETRY_DUE, NULL);
  return G_SOURCE_REMOVE;
}

void
controller_wait(Controller *controller)
{
  g_clear_handle_id(&controller->retry_timer, g_source_remove);
  controller->retry_timer = g_timeout_add(controller->pause_ms, on_retry_due, controller);
}

void
controller_close_console(Controller *controller, gboolean keep_picture)
{
  g_clear_handle_id(&controller->end_source, g_source_remove);
  viewer_page_detach(controller->viewer_page, keep_picture);
  g_clear_pointer(&controller->console, console_free);
}
