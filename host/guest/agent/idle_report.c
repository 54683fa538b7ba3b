/* SPDX-License-Identifier: Apache-2.0 */
#include "host/guest/agent/idle_report.h"

#define PERIOD_MS 10000
/* Below this the user counts as being there: typing must not make a message a second. */
#define AWAY_MS 5000

gboolean
idle_report_is_due(IdleReport *report, gint64 now_ms, gint64 idle_ms)
{
  const gboolean came_back =
      report->told_idle_ms >= AWAY_MS && idle_ms < report->told_idle_ms && idle_ms < AWAY_MS;
  if (report->has_told && !came_back && now_ms - report->told_at_ms < PERIOD_MS)
    return FALSE;
  *report = (IdleReport){now_ms, idle_ms, TRUE};
  return TRUE;
}
