/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/model/pool_schedule.h"

#include "broker/model/name_table.h"

#include <string.h>

static const char *const day_names[SCHEDULE_DAYS] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

const char *
pool_schedule_day_name(guint day)
{
  return name_table_name(day_names, SCHEDULE_DAYS, (int)day);
}

int
pool_schedule_day_from_name(const char *name)
{
  return name_table_value(day_names, SCHEDULE_DAYS, name);
}

static gboolean
has_day(guint days, guint day)
{
  return day < SCHEDULE_DAYS && (days >> day & 1) != 0;
}

static char *
days_title(guint days)
{
  if (days == SCHEDULE_EVERY_DAY)
    return g_strdup("daily");
  GString *title = g_string_new(NULL);
  for (guint day = 0; day < SCHEDULE_DAYS; day++) {
    if (!has_day(days, day))
      continue;
    guint last = day;
    while (has_day(days, last + 1))
      last++;
    g_string_append_printf(title, "%s%s", title->len > 0 ? "," : "", day_names[day]);
    if (last > day)
      g_string_append_printf(title, "%s%s", last > day + 1 ? "-" : ",", day_names[last]);
    day = last;
  }
  return g_string_free(title, FALSE);
}

char *
pool_schedule_rule_title(const ScheduleRule *rule)
{
  g_autofree char *days = days_title(rule->days);
  return g_strdup_printf("%s %02u:%02u-%02u:%02u", days, rule->from_minute / 60, rule->from_minute % 60,
                         rule->to_minute / 60, rule->to_minute % 60);
}

static gboolean
is_digits(const char *text, gsize count)
{
  for (gsize i = 0; i < count; i++)
    if (!g_ascii_isdigit(text[i]))
      return FALSE;
  return TRUE;
}

int
pool_schedule_minute_from_text(const char *text)
{
  if (strlen(text) != 5 || text[2] != ':' || !is_digits(text, 2) || !is_digits(text + 3, 2))
    return -1;
  int hour = (text[0] - '0') * 10 + text[1] - '0', minute = (text[3] - '0') * 10 + text[4] - '0';
  return hour < 24 && minute < 60 ? hour * 60 + minute : -1;
}

/* Numbers only, one line a rule: nothing in it needs quoting. */
char *
pool_schedule_to_text(const PoolSchedule *schedule)
{
  GString *text = g_string_new(schedule != NULL ? schedule->time_zone : NULL);
  for (guint i = 0; schedule != NULL && i < schedule->count; i++) {
    const ScheduleRule *rule = &schedule->rules[i];
    g_string_append_printf(text, "\n%u %u %u %" G_GINT64_FORMAT " %" G_GINT64_FORMAT, rule->days,
                           rule->from_minute, rule->to_minute, rule->spares, rule->size);
  }
  return g_string_free(text, FALSE);
}

static gboolean
read_rule(const char *line, ScheduleRule *rule)
{
  static const gint64 minimum[] = {1, 0, 0, -1, -1};
  static const gint64 maximum[] = {SCHEDULE_EVERY_DAY, SCHEDULE_DAY_MINUTES - 1, SCHEDULE_DAY_MINUTES - 1,
                                   G_MAXINT32, G_MAXINT32};
  g_auto(GStrv) words = g_strsplit(line, " ", -1);
  gint64 numbers[G_N_ELEMENTS(minimum)];
  if (g_strv_length(words) != G_N_ELEMENTS(numbers))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS(numbers); i++)
    if (!g_ascii_string_to_signed(words[i], 10, minimum[i], maximum[i], &numbers[i], NULL))
      return FALSE;
  *rule = (ScheduleRule){.days = (guint)numbers[0],
                         .from_minute = (guint)numbers[1],
                         .to_minute = (guint)numbers[2],
                         .spares = numbers[3],
                         .size = numbers[4]};
  return TRUE;
}

PoolSchedule *
pool_schedule_from_text(const char *text)
{
  if (text == NULL || *text == '\0')
    return NULL;
  g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
  g_autoptr(PoolSchedule) schedule = g_new0(PoolSchedule, 1);
  schedule->time_zone = g_strdup(lines[0]);
  schedule->count = g_strv_length(lines) - 1;
  if (schedule->count > SCHEDULE_RULES_MAX)
    return NULL;
  for (guint i = 0; i < schedule->count; i++)
    if (!read_rule(lines[i + 1], &schedule->rules[i]))
      return NULL;
  return g_steal_pointer(&schedule);
}

PoolSchedule *
pool_schedule_copy(const PoolSchedule *schedule)
{
  if (schedule == NULL)
    return NULL;
  PoolSchedule *copy = g_memdup2(schedule, sizeof *schedule);
  copy->time_zone = g_strdup(schedule->time_zone);
  return copy;
}

void
pool_schedule_free(PoolSchedule *schedule)
{
  if (schedule == NULL)
    return;
  g_free(schedule->time_zone);
  g_free(schedule);
}
