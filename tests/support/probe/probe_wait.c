/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/probe/probe_wait.h"

#define LOOK_EVERY_MS 20

static gboolean
on_tick(gpointer data)
{
  return G_SOURCE_CONTINUE;
}

gboolean
probe_wait(ProbeCondition condition, gpointer data, gint64 limit_ms)
{
  gint64 end = g_get_monotonic_time() + limit_ms * 1000;
  guint ticker = g_timeout_add(LOOK_EVERY_MS, on_tick, NULL);
  gboolean come = condition(data);
  while (!come && g_get_monotonic_time() < end) {
    g_main_context_iteration(NULL, TRUE);
    come = condition(data);
  }
  g_source_remove(ticker);
  return come;
}

static gboolean
never(gpointer data)
{
  return FALSE;
}

void
probe_pause(gint64 pause_ms)
{
  gboolean come = probe_wait(never, NULL, pause_ms);
  g_assert(!come);
}
