/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/api/schedule_reading.h"

#include "broker/api/views.h"
#include "common/base/error.h"
#include "common/base/json.h"

#define ZONE_MAX_BYTES 64
#define TIME_MAX_BYTES 5
#define DAY_MAX_BYTES  3

static gboolean
read_time(JsonObject *object, const char *name, guint *ret_minute, GError **error)
{
  const char *text = json_get_string(object, name, TIME_MAX_BYTES, error);
  if (text == NULL)
    return FALSE;
  int minute = pool_schedule_minute_from_text(text);
  if (minute < 0) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID,
                "“%s” must be a time of day from 00:00 to 23:59, as 07:30.", name);
    return FALSE;
  }
  *ret_minute = (guint)minute;
  return TRUE;
}

static gboolean
read_days(JsonObject *object, guint *ret_days, GError **error)
{
  JsonArray *array = json_get_array(object, "days", SCHEDULE_DAYS, error);
  guint days = 0;
  if (array == NULL)
    return FALSE;
  for (guint i = 0; i < json_array_get_length(array); i++) {
    JsonNode *node = json_array_get_element(array, i);
    const char *name = JSON_NODE_HOLDS_VALUE(node) ? json_node_get_string(node) : NULL;
    int day = name != NULL ? pool_schedule_day_from_name(name) : -1;
    if (day < 0) {
      g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID,
                          "“days” must be a list of mon, tue, wed, thu, fri, sat, sun.");
      return FALSE;
    }
    days |= 1u << day;
  }
  *ret_days = days;
  return TRUE;
}

static gboolean
read_rule(JsonObject *object, ScheduleRule *rule, GError **error)
{
  static const char *const MEMBERS[] = {"days", "from", "to", "spares", "size", NULL};
  return json_check_members(object, MEMBERS, error) && read_days(object, &rule->days, error) &&
         read_time(object, "from", &rule->from_minute, error) &&
         read_time(object, "to", &rule->to_minute, error) &&
         json_get_optional_int(object, "spares", 0, G_MAXINT32, -1, &rule->spares, error) &&
         json_get_optional_int(object, "size", 0, G_MAXINT32, -1, &rule->size, error);
}

static gboolean
read_rules(JsonArray *array, PoolSchedule *schedule, GError **error)
{
  schedule->count = json_array_get_length(array);
  for (guint i = 0; i < schedule->count; i++) {
    JsonNode *node = json_array_get_element(array, i);
    if (!JSON_NODE_HOLDS_OBJECT(node)) {
      g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID, "“rules” must be a list of objects.");
      return FALSE;
    }
    if (!read_rule(json_node_get_object(node), &schedule->rules[i], error)) {
      g_prefix_error(error, "Rule %u of the schedule: ", i + 1);
      return FALSE;
    }
  }
  return TRUE;
}

PoolSchedule *
schedule_reading_read(JsonObject *object, GError **error)
{
  static const char *const MEMBERS[] = {"time_zone", "rules", NULL};
  if (object == NULL || !json_check_members(object, MEMBERS, error))
    return NULL;
  const char *zone = json_get_string(object, "time_zone", ZONE_MAX_BYTES, error);
  JsonArray *rules = zone != NULL ? json_get_array(object, "rules", SCHEDULE_RULES_MAX, error) : NULL;
  if (rules == NULL)
    return NULL;
  g_autoptr(PoolSchedule) schedule = g_new0(PoolSchedule, 1);
  schedule->time_zone = g_strdup(zone);
  return read_rules(rules, schedule, error) ? g_steal_pointer(&schedule) : NULL;
}

static void
show_time(JsonBuilder *builder, const char *name, guint minute)
{
  g_autofree char *text = g_strdup_printf("%02u:%02u", minute / 60, minute % 60);
  view_text(builder, name, text);
}

static void
show_rule(JsonBuilder *builder, const ScheduleRule *rule)
{
  const char *days[SCHEDULE_DAYS + 1] = {NULL};
  guint count = 0;
  for (guint day = 0; day < SCHEDULE_DAYS; day++)
    if ((rule->days >> day & 1) != 0)
      days[count++] = pool_schedule_day_name(day);
  json_builder_begin_object(builder);
  view_texts(builder, "days", days);
  show_time(builder, "from", rule->from_minute);
  show_time(builder, "to", rule->to_minute);
  if (rule->spares != -1)
    view_number(builder, "spares", rule->spares);
  if (rule->size != -1)
    view_number(builder, "size", rule->size);
  json_builder_end_object(builder);
}

void
schedule_reading_show(JsonBuilder *builder, const PoolSchedule *schedule)
{
  if (schedule == NULL) {
    json_builder_add_null_value(builder);
    return;
  }
  json_builder_begin_object(builder);
  view_text(builder, "time_zone", schedule->time_zone);
  json_builder_set_member_name(builder, "rules");
  json_builder_begin_array(builder);
  for (guint i = 0; i < schedule->count; i++)
    show_rule(builder, &schedule->rules[i]);
  json_builder_end_array(builder);
  json_builder_end_object(builder);
}
