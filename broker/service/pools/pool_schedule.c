/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/pools/pool_schedule.h"

#include "broker/service/work.h"
#include "broker/store/pool_store.h"

#define HOUR_US (3600 * SECOND_US)

/* NULL: there is none, or it cannot be loaded. GLib takes a name that looks like an offset as one, too. */
static GTimeZone *
load_zone(const PoolSchedule *schedule)
{
  return schedule != NULL ? g_time_zone_new_identifier(schedule->time_zone) : NULL;
}

ScheduleSpan
pool_schedule_at(const Pool *pool, gint64 now_us)
{
  g_autoptr(GTimeZone) zone = load_zone(pool->schedule);
  return schedule_at(pool, zone, now_us);
}

gboolean
pool_schedule_check_zone(const PoolSchedule *schedule, GError **error)
{
  g_autoptr(GTimeZone) zone = load_zone(schedule);
  if (schedule == NULL || zone != NULL)
    return TRUE;
  schedule_refuse_zone(schedule->time_zone, error);
  return FALSE;
}

GPtrArray *
pool_schedule_preview(Services *services, const char *key, gint64 from_us, guint hours, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_READ, error);
  g_autoptr(Pool) pool = work != NULL ? pool_store_find(work->transaction, key, error) : NULL;
  if (pool == NULL)
    return NULL;
  g_autoptr(GTimeZone) zone = load_zone(pool->schedule);
  gint64 begin_us = from_us != 0 ? from_us : work->now_us;
  return schedule_spans(pool, zone, begin_us, begin_us + (gint64)hours * HOUR_US);
}
