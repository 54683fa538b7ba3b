/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/probe/probe_hold.h"

#include <gio/gio.h>
#include <gio/gunixinputstream.h>
#include <unistd.h>

#include "client/model/reconnect_policy.h"
#include "common/base/error.h"
#include "tests/support/probe/probe_wait.h"

typedef struct {
  Probe *probe;
  GDataInputStream *input;
  GCancellable *cancellable;
  char *line; /* nullable: none came yet */
  gboolean is_reading, is_over;
} Hold;

static void
on_line(GObject *source, GAsyncResult *result, gpointer user_data)
{
  Hold *hold = user_data;
  hold->line = g_data_input_stream_read_line_finish_utf8(G_DATA_INPUT_STREAM(source), result, NULL, NULL);
  hold->is_reading = FALSE;
  hold->is_over = hold->line == NULL;
}

static gboolean
has_news(gpointer data)
{
  const Hold *hold = data;
  return hold->line != NULL || hold->is_over || probe_cut(hold->probe) != NULL;
}

static gboolean
obey(Hold *hold, GError **error)
{
  g_autofree char *line = g_steal_pointer(&hold->line);
  if (g_str_has_prefix(line, "type ") && !probe_type(hold->probe, line + 5, error))
    return FALSE;
  if (g_str_has_prefix(line, "screenshot ") && !probe_screenshot(hold->probe, line + 11, error))
    return FALSE;
  g_autofree char *answer = probe_to_json(hold->probe);
  g_print("%s\n", answer);
  return TRUE;
}

static gboolean
open_again(Probe *probe, gint64 limit_ms, GError **error)
{
  gint64 end = g_get_monotonic_time() + limit_ms * 1000;
  for (guint attempt = 1;; attempt++) {
    g_autoptr(GError) failure = NULL;
    if (probe_open(probe, &failure))
      return TRUE;
    CarawayErrorCode code =
        failure->domain == CARAWAY_ERROR ? (CarawayErrorCode)failure->code : CARAWAY_ERROR_INTERNAL;
    ReconnectDecision decision =
        reconnect_policy_decide(CLIENT_STATE_RECONNECTING, code, attempt, g_random_double());
    if (decision.event != CLIENT_EVENT_RETRY_LATER || g_get_monotonic_time() > end) {
      g_propagate_prefixed_error(error, g_steal_pointer(&failure), "could not reconnect: ");
      return FALSE;
    }
    probe_pause(decision.pause_ms);
  }
}

static gboolean
step(Hold *hold, gboolean reconnect, gint64 limit_ms, GError **error)
{
  if (!hold->is_reading && hold->line == NULL) {
    hold->is_reading = TRUE;
    g_data_input_stream_read_line_async(hold->input, G_PRIORITY_DEFAULT, hold->cancellable, on_line, hold);
  }
  if (!probe_wait(has_news, hold, G_MAXINT32))
    return TRUE;
  const GError *cut = probe_cut(hold->probe);
  if (cut != NULL && reconnect)
    return open_again(hold->probe, limit_ms, error);
  if (cut != NULL) {
    g_propagate_prefixed_error(error, g_error_copy(cut), "the console was cut while it was held: ");
    return FALSE;
  }
  return hold->line == NULL || obey(hold, error);
}

gboolean
probe_hold(Probe *probe, gboolean reconnect, gint64 limit_ms, GError **error)
{
  g_autoptr(GInputStream) raw = g_unix_input_stream_new(STDIN_FILENO, FALSE);
  g_autoptr(GDataInputStream) input = g_data_input_stream_new(raw);
  g_autoptr(GCancellable) cancellable = g_cancellable_new();
  Hold hold = {.probe = probe, .input = input, .cancellable = cancellable};
  gboolean is_good = TRUE;
  while (is_good && !hold.is_over)
    is_good = step(&hold, reconnect, limit_ms, error);
  /* A read that is still under way must not outlive `hold`. */
  g_cancellable_cancel(cancellable);
  while (hold.is_reading)
    g_main_context_iteration(NULL, TRUE);
  g_free(hold.line);
  return is_good;
}
