/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The schedules of pools with the time zones of this machine: what broker/policy/schedule decides, for a pool
 * as it is in the database.
 */
#pragma once

#include "broker/policy/schedule.h"
#include "broker/service/services.h"

/** What @pool wants at @now_us (to be cleared). */
ScheduleSpan pool_schedule_at(const Pool *pool, gint64 now_us);

/** Whether the time zone of @schedule (nullable) is there; else CARAWAY_ERROR_INVALID. */
gboolean pool_schedule_check_zone(const PoolSchedule *schedule, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** What the pool with id or name @pool wants from @from_us (0: now) for @hours: an array of ScheduleSpan
 * (transfer full). CARAWAY_ERROR_UNKNOWN_POOL. */
GPtrArray *pool_schedule_preview(Services *services, const char *pool, gint64 from_us, guint hours,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
