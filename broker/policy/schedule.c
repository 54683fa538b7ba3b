/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/policy/schedule.h"

#include "broker/policy/local_time.h"
#include "common/base/error.h"

#include <string.h>

#define ZONE_MAX_BYTES 64
#define MINUTE_S       60

/* 1970-01-01 was a Thursday. */
#define EPOCH_WEEKDAY 3

/* Rules repeat each week: what does not change within one, and a day for jumps of the clock, never does. */
#define HORIZON_S (8 * LOCAL_DAY_S)

/* One time that a rule holds. */
typedef struct {
  gint64 from_s, until_s;
  guint rule;
} Holding;

static gboolean
refuse_rule(guint number, const char *what, GError **error)
{
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID, "Rule %u of the schedule %s.", number + 1, what);
  return FALSE;
}

void
schedule_refuse_zone(const char *name, GError **error)
{
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID,
              "There is no time zone \"%.*s\"; name one as \"Europe/Berlin\" or \"UTC\".", ZONE_MAX_BYTES,
              name);
}

static gboolean
check_rule(const ScheduleRule *rule, guint number, gint64 size_max, GError **error)
{
  if (rule->days == 0 || rule->days > SCHEDULE_EVERY_DAY)
    return refuse_rule(number, "names no day", error);
  if (rule->from_minute >= SCHEDULE_DAY_MINUTES || rule->to_minute >= SCHEDULE_DAY_MINUTES)
    return refuse_rule(number, "has a time that is not between 00:00 and 23:59", error);
  if (rule->spares == -1 && rule->size == -1)
    return refuse_rule(number, "says neither spares nor size", error);
  if (rule->spares < -1 || rule->spares > size_max || rule->size < -1 || rule->size > size_max) {
    g_autofree char *what =
        g_strdup_printf("has spares or a size that is not between 0 and %" G_GINT64_FORMAT, size_max);
    return refuse_rule(number, what, error);
  }
  return TRUE;
}

static gboolean
is_zone_name(const char *name)
{
  gsize length = strlen(name);
  return g_ascii_isalpha(name[0]) && length <= ZONE_MAX_BYTES && strstr(name, "//") == NULL &&
         strspn(name, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "_+-/") == length;
}

gboolean
schedule_check(const PoolSchedule *schedule, guint size_max, GError **error)
{
  if (schedule->time_zone == NULL || !is_zone_name(schedule->time_zone)) {
    schedule_refuse_zone(schedule->time_zone != NULL ? schedule->time_zone : "", error);
    return FALSE;
  }
  if (schedule->count == 0 || schedule->count > SCHEDULE_RULES_MAX) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID, "A schedule has 1 to %d rules.",
                SCHEDULE_RULES_MAX);
    return FALSE;
  }
  for (guint i = 0; i < schedule->count; i++)
    if (!check_rule(&schedule->rules[i], i, size_max, error))
      return FALSE;
  return TRUE;
}

static gint64
floor_days(gint64 local_s)
{
  return local_s >= 0 ? local_s / LOCAL_DAY_S : -((-local_s + LOCAL_DAY_S - 1) / LOCAL_DAY_S);
}

static void
add_holding(GArray *holdings, GTimeZone *zone, const ScheduleRule *rule, guint number, gint64 day)
{
  gint64 from = day * LOCAL_DAY_S + (gint64)rule->from_minute * MINUTE_S;
  gint64 to = day * LOCAL_DAY_S + (gint64)rule->to_minute * MINUTE_S;
  if (rule->to_minute <= rule->from_minute)
    to += LOCAL_DAY_S;
  const Holding holding = {
      .from_s = local_time_first(zone, from), .until_s = local_time_last(zone, to), .rule = number};
  if (holding.from_s < holding.until_s)
    g_array_append_val(holdings, holding);
}

/* All times that a rule of @schedule holds and that touch @from_s … @until_s. */
static GArray *
collect(const PoolSchedule *schedule, GTimeZone *zone, gint64 from_s, gint64 until_s)
{
  GArray *holdings = g_array_new(FALSE, FALSE, sizeof(Holding));
  gint64 last = floor_days(local_time_at(zone, until_s)) + 1;
  for (gint64 day = floor_days(local_time_at(zone, from_s)) - 2; day <= last; day++) {
    guint weekday = (guint)(((day + EPOCH_WEEKDAY) % SCHEDULE_DAYS + SCHEDULE_DAYS) % SCHEDULE_DAYS);
    for (guint i = 0; i < schedule->count; i++)
      if ((schedule->rules[i].days >> weekday & 1) != 0)
        add_holding(holdings, zone, &schedule->rules[i], i, day);
  }
  return holdings;
}

/* Which rule gives the spares and which the size; -1: none, the pool's own number. */
typedef struct {
  int spares_rule, size_rule;
} Winners;

static Winners
find_winners(const PoolSchedule *schedule, const GArray *holdings, gint64 at_s)
{
  Winners winners = {-1, -1};
  for (guint i = 0; i < holdings->len; i++) {
    const Holding *holding = &g_array_index(holdings, Holding, i);
    const ScheduleRule *rule = &schedule->rules[holding->rule];
    if (at_s < holding->from_s || at_s >= holding->until_s)
      continue;
    if (rule->spares != -1)
      winners.spares_rule = MAX(winners.spares_rule, (int)holding->rule);
    if (rule->size != -1)
      winners.size_rule = MAX(winners.size_rule, (int)holding->rule);
  }
  return winners;
}

static gint64
next_boundary(const GArray *holdings, gint64 after_s, gint64 limit_s)
{
  gint64 next = limit_s;
  for (guint i = 0; i < holdings->len; i++) {
    const Holding *holding = &g_array_index(holdings, Holding, i);
    if (holding->from_s > after_s)
      next = MIN(next, holding->from_s);
    if (holding->until_s > after_s)
      next = MIN(next, holding->until_s);
  }
  return next;
}

/* "8 spares by rule 2 (mon-fri 07:00-18:00)", "a size of 10, the pool's own" */
static char *
describe_member(const PoolSchedule *schedule, int number, const char *what)
{
  if (number < 0)
    return g_strdup_printf("%s is the pool's own", what);
  g_autofree char *title = pool_schedule_rule_title(&schedule->rules[number]);
  return g_strdup_printf("%s by rule %d of the schedule (%s)", what, number + 1, title);
}

static char *
describe(const PoolSchedule *schedule, const Winners *winners, guint spares, guint size)
{
  g_autofree char *numbers = g_strdup_printf("%u ready of at most %u", spares, size);
  if (winners->spares_rule < 0 && winners->size_rule < 0)
    return g_strdup_printf("%s: no rule of the schedule holds, these are the pool's own numbers.", numbers);
  if (winners->spares_rule == winners->size_rule) {
    g_autofree char *title = pool_schedule_rule_title(&schedule->rules[winners->size_rule]);
    return g_strdup_printf("%s by rule %d of the schedule (%s).", numbers, winners->size_rule + 1, title);
  }
  g_autofree char *ready = describe_member(schedule, winners->spares_rule, "the number of spares");
  g_autofree char *most = describe_member(schedule, winners->size_rule, "the size");
  return g_strdup_printf("%s: %s, %s.", numbers, ready, most);
}

/* The span that begins at @from_us, but at most till @limit_s. */
static ScheduleSpan
make_span(const Pool *pool, const GArray *holdings, gint64 from_us, gint64 limit_s)
{
  const PoolSchedule *schedule = pool->schedule;
  gint64 at_s = from_us / G_USEC_PER_SEC;
  Winners winners = find_winners(schedule, holdings, at_s), then = winners;
  while (at_s < limit_s && memcmp(&then, &winners, sizeof then) == 0) {
    at_s = next_boundary(holdings, at_s, limit_s);
    then = find_winners(schedule, holdings, at_s);
  }
  ScheduleSpan span = {.from_us = from_us, .until_us = at_s * G_USEC_PER_SEC};
  span.spares = winners.spares_rule < 0 ? pool->spares : (guint)schedule->rules[winners.spares_rule].spares;
  span.size = winners.size_rule < 0 ? pool->size : (guint)schedule->rules[winners.size_rule].size;
  span.reason = describe(schedule, &winners, span.spares, span.size);
  return span;
}

static ScheduleSpan
own_span(const Pool *pool, gint64 from_us, gint64 until_us)
{
  const char *why = pool->schedule == NULL ? "the pool has no schedule"
                                           : "the time zone of the schedule cannot be loaded on the broker";
  return (ScheduleSpan){.from_us = from_us,
                        .until_us = until_us,
                        .spares = pool->spares,
                        .size = pool->size,
                        .reason =
                            g_strdup_printf("%u ready of at most %u: %s.", pool->spares, pool->size, why)};
}

ScheduleSpan
schedule_at(const Pool *pool, GTimeZone *zone, gint64 now_us)
{
  if (pool->schedule == NULL || zone == NULL)
    return own_span(pool, now_us, SCHEDULE_FOREVER);
  gint64 now_s = now_us / G_USEC_PER_SEC, limit_s = now_s + HORIZON_S;
  g_autoptr(GArray) holdings = collect(pool->schedule, zone, now_s, limit_s);
  ScheduleSpan span = make_span(pool, holdings, now_us, limit_s);
  if (span.until_us >= limit_s * G_USEC_PER_SEC)
    span.until_us = SCHEDULE_FOREVER;
  return span;
}

GPtrArray *
schedule_spans(const Pool *pool, GTimeZone *zone, gint64 from_us, gint64 until_us)
{
  GPtrArray *spans = g_ptr_array_new_with_free_func((GDestroyNotify)schedule_span_free);
  g_autoptr(GArray) holdings = NULL;
  gboolean has_rules = pool->schedule != NULL && zone != NULL;
  if (has_rules)
    holdings = collect(pool->schedule, zone, from_us / G_USEC_PER_SEC, until_us / G_USEC_PER_SEC);
  while (from_us < until_us) {
    ScheduleSpan span = has_rules ? make_span(pool, holdings, from_us, until_us / G_USEC_PER_SEC + 1)
                                  : own_span(pool, from_us, until_us);
    span.until_us = MIN(span.until_us, until_us);
    from_us = span.until_us;
    g_ptr_array_add(spans, g_memdup2(&span, sizeof span));
  }
  return spans;
}

void
schedule_span_clear(ScheduleSpan *span)
{
  g_clear_pointer(&span->reason, g_free);
}

void
schedule_span_free(ScheduleSpan *span)
{
  if (span == NULL)
    return;
  schedule_span_clear(span);
  g_free(span);
}
