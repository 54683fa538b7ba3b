/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many spares and desktops a pool wants at an instant, by the rules of its schedule, and until when. A
 * rule begins and ends at a time of day where the pool is; the clock there may jump in between. A time that
 * is skipped counts as the moment of the jump, and one that comes twice begins with the first and ends with
 * the second: a rule never lasts shorter than its clock times say.
 *
 * Where rules overlap the later in the list wins, for spares and size apart. Loading the zone is the
 * caller's.
 */
#pragma once

#include "broker/model/pool.h"

/** Nothing changes any more. */
#define SCHEDULE_FOREVER G_MAXINT64

/** What is wanted during a span of time. */
typedef struct {
  gint64 from_us;
  gint64 until_us; /**< when something else is wanted; SCHEDULE_FOREVER without a schedule */
  guint spares;
  guint size;
  char *reason; /**< a sentence */
} ScheduleSpan;

/** Whether @schedule is well formed, its sizes at most @size_max: else CARAWAY_ERROR_INVALID. */
gboolean schedule_check(const PoolSchedule *schedule, guint size_max,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The refusal of a time zone @name that does not exist, CARAWAY_ERROR_INVALID. */
void schedule_refuse_zone(const char *name, GError **error);

/**
 * What @pool wants at @now_us, microseconds since 1970. @zone is that of its schedule; NULL (not to be loaded
 * any more, or no schedule) gives the pool's own numbers. Cleared by schedule_span_clear(). @from_us is
 * @now_us.
 */
ScheduleSpan schedule_at(const Pool *pool, GTimeZone *zone, gint64 now_us);

/** The spans from @from_us to @until_us without a gap, as an array of ScheduleSpan (transfer full). */
GPtrArray *schedule_spans(const Pool *pool, GTimeZone *zone, gint64 from_us, gint64 until_us);

/** Frees what @span holds. */
void schedule_span_clear(ScheduleSpan *span);

/** Frees @span (nullable). */
void schedule_span_free(ScheduleSpan *span);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ScheduleSpan, schedule_span_clear)
