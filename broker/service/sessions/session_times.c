/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/sessions/session_times.h"

typedef struct {
  struct {
    gint64 since_us;  /* as the database has it */
    gint64 anchor_us; /* steady time at which it began */
  } spans[SESSION_TIMES];
  gint64 asked_us; /* in which look it was asked about last … */
  gint64 seen_us;  /* … and in which one before this one; 0: in none */
} Times;

struct SessionTimes {
  GHashTable *sessions; /* id → Times */
  gint64 steady_us;
  gint64 wall_us;
  gint64 before_us; /* steady time of the look before; 0: this is the first */
};

SessionTimes *
session_times_new(void)
{
  SessionTimes *times = g_new0(SessionTimes, 1);
  times->sessions = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  return times;
}

void
session_times_begin(SessionTimes *times, gint64 steady_us, gint64 wall_us)
{
  times->before_us = times->steady_us;
  times->steady_us = steady_us;
  times->wall_us = wall_us;
}

/* What changed since the look before is not older than that look, whatever the clock says; being idle is told
 * afterwards. Of a session that nobody looked at before the clock is all there is. */
static gint64
first_seen(const SessionTimes *times, const Times *known, SessionTime what, gint64 since_us)
{
  gint64 lasted_us = MAX(0, times->wall_us - since_us);
  if (known->seen_us != 0 && what != SESSION_TIME_IDLE)
    lasted_us = MIN(lasted_us, times->steady_us - times->before_us);
  return times->steady_us - lasted_us;
}

gint64
session_times_since(SessionTimes *times, const char *session_id, SessionTime what, gint64 since_us)
{
  Times *known = g_hash_table_lookup(times->sessions, session_id);
  if (known == NULL) {
    known = g_new0(Times, 1);
    g_hash_table_insert(times->sessions, g_strdup(session_id), known);
  }
  if (known->spans[what].since_us != since_us) {
    known->spans[what].since_us = since_us;
    known->spans[what].anchor_us = first_seen(times, known, what, since_us);
  }
  known->asked_us = times->steady_us;
  return times->steady_us - known->spans[what].anchor_us;
}

static gboolean
was_not_asked(gpointer id, gpointer value, gpointer data)
{
  Times *known = value;
  known->seen_us = known->asked_us;
  return known->asked_us != ((const SessionTimes *)data)->steady_us;
}

void
session_times_end(SessionTimes *times)
{
  g_hash_table_foreach_remove(times->sessions, was_not_asked, times);
}

void
session_times_free(SessionTimes *times)
{
  if (times == NULL)
    return;
  g_hash_table_unref(times->sessions);
  g_free(times);
}
