/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/ctl/ctl_schedule.h"

#include "common/base/error.h"

#include <string.h>

#define DAYS       7
#define NUMBER_MAX 1000000

static const char *const day_names[DAYS] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

static int
find_day(const char *name)
{
  for (int day = 0; day < DAYS; day++)
    if (g_ascii_strcasecmp(day_names[day], name) == 0)
      return day;
  return -1;
}

/* "fri-mon" goes over the end of the week. */
static gboolean
add_range(const char *text, guint *days)
{
  g_auto(GStrv) ends = g_strsplit(text, "-", -1);
  guint count = g_strv_length(ends);
  int first = count > 0 ? find_day(ends[0]) : -1, last = count == 2 ? find_day(ends[1]) : first;
  if (first < 0 || last < 0 || count > 2)
    return FALSE;
  for (int day = first;; day = (day + 1) % DAYS) {
    *days |= 1u << day;
    if (day == last)
      return TRUE;
  }
}

static gboolean
parse_days(const char *text, guint *ret_days)
{
  guint days = 0;
  if (g_ascii_strcasecmp(text, "daily") == 0) {
    *ret_days = (1u << DAYS) - 1;
    return TRUE;
  }
  g_auto(GStrv) ranges = g_strsplit(text, ",", -1);
  for (char **range = ranges; *range != NULL; range++)
    if (!add_range(*range, &days))
      return FALSE;
  *ret_days = days;
  return days != 0;
}

static gboolean
is_time(const char *text)
{
  return strlen(text) == 5 && g_ascii_isdigit(text[0]) && g_ascii_isdigit(text[1]) && text[2] == ':' &&
         g_ascii_isdigit(text[3]) && g_ascii_isdigit(text[4]) && strncmp(text, "24", 2) < 0 && text[3] < '6';
}

static gboolean
add_times(JsonObject *rule, const char *text)
{
  g_auto(GStrv) ends = g_strsplit(text, "-", -1);
  if (g_strv_length(ends) != 2 || !is_time(ends[0]) || !is_time(ends[1]))
    return FALSE;
  json_object_set_string_member(rule, "from", ends[0]);
  json_object_set_string_member(rule, "to", ends[1]);
  return TRUE;
}

static gboolean
add_number(JsonObject *rule, const char *text)
{
  g_auto(GStrv) sides = g_strsplit(text, "=", 2);
  gint64 number;
  if (sides[0] == NULL || sides[1] == NULL || json_object_has_member(rule, sides[0]) ||
      (strcmp(sides[0], "spares") != 0 && strcmp(sides[0], "size") != 0) ||
      !g_ascii_string_to_signed(sides[1], 10, 0, NUMBER_MAX, &number, NULL))
    return FALSE;
  json_object_set_int_member(rule, sides[0], number);
  return TRUE;
}

static gboolean
read_rule(char *const *words, JsonObject *rule)
{
  guint days;
  if (g_strv_length((GStrv)words) < 3 || !parse_days(words[0], &days))
    return FALSE;
  JsonArray *array = json_array_new();
  for (guint day = 0; day < DAYS; day++)
    if ((days >> day & 1) != 0)
      json_array_add_string_element(array, day_names[day]);
  json_object_set_array_member(rule, "days", array);
  if (!add_times(rule, words[1]))
    return FALSE;
  for (char *const *word = words + 2; *word != NULL; word++)
    if (!add_number(rule, *word))
      return FALSE;
  return TRUE;
}

JsonObject *
ctl_schedule_parse_rule(const char *text, GError **error)
{
  g_auto(GStrv) pieces = g_strsplit_set(text, " \t", -1);
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
  for (char **piece = pieces; *piece != NULL; piece++)
    if (**piece != '\0')
      g_strv_builder_add(builder, *piece);
  g_auto(GStrv) words = g_strv_builder_end(builder);
  g_autoptr(JsonObject) rule = json_object_new();
  if (read_rule(words, rule))
    return g_steal_pointer(&rule);
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID,
              "“%s” is no rule of a schedule. Write days, times, and spares or size or both, as in "
              "“mon-fri 07:00-18:00 spares=8 size=40” or “daily 22:00-06:00 spares=0”.",
              text);
  return NULL;
}

static guint
days_of(JsonObject *rule)
{
  guint days = 0;
  JsonArray *array = json_object_has_member(rule, "days") ? json_object_get_array_member(rule, "days") : NULL;
  for (guint i = 0; array != NULL && i < json_array_get_length(array); i++) {
    JsonNode *node = json_array_get_element(array, i);
    gboolean is_text = JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_STRING;
    int day = is_text ? find_day(json_node_get_string(node)) : -1;
    days |= day >= 0 ? 1u << day : 0;
  }
  return days;
}

static void
append_days(GString *text, guint days)
{
  if (days == (1u << DAYS) - 1) {
    g_string_append(text, "daily");
    return;
  }
  for (guint day = 0; day < DAYS; day++) {
    guint last = day;
    if ((days >> day & 1) == 0)
      continue;
    while (last + 1 < DAYS && (days >> (last + 1) & 1) != 0)
      last++;
    g_string_append_printf(text, "%s%s", text->len > 0 ? "," : "", day_names[day]);
    if (last > day)
      g_string_append_printf(text, "-%s", day_names[last]);
    day = last;
  }
}

char *
ctl_schedule_rule_text(JsonObject *rule)
{
  static const char *const numbers[] = {"spares", "size"};
  GString *text = g_string_new(NULL);
  append_days(text, days_of(rule));
  g_string_append_printf(text, " %s-%s", json_object_get_string_member_with_default(rule, "from", "?"),
                         json_object_get_string_member_with_default(rule, "to", "?"));
  for (guint i = 0; i < G_N_ELEMENTS(numbers); i++)
    if (json_object_has_member(rule, numbers[i]))
      g_string_append_printf(text, " %s=%" G_GINT64_FORMAT, numbers[i],
                             json_object_get_int_member_with_default(rule, numbers[i], 0));
  return g_string_free(text, FALSE);
}
