/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/ctl/ctl_request.h"

#include "broker/ctl/ctl_schedule.h"
#include "common/base/error.h"

#include <string.h>

static ApiRequest *
make_request(const CtlArguments *arguments)
{
  const CtlCommand *command = arguments->command;
  g_autoptr(GPtrArray) segments = g_ptr_array_new_with_free_func(g_free);
  for (guint i = 0; i < CTL_MAX_SEGMENTS && command->path[i] != NULL; i++)
    g_ptr_array_add(segments, ctl_command_fill(command->path[i], arguments->positionals));
  g_ptr_array_add(segments, NULL);
  ApiRequest *request = api_request_new_segments(command->method, (const char *const *)segments->pdata);
  for (const CtlOption *option = command->options; option != NULL && option->name != NULL; option++) {
    const char *value = option->type == CTL_FLAG
                            ? (ctl_arguments_flag(arguments, option->name) ? "true" : NULL)
                            : ctl_arguments_option(arguments, option->name);
    if (option->query != NULL && value != NULL)
      api_request_add_query(request, option->query, value);
  }
  return request;
}

static void
add_list(JsonObject *body, const char *member, const char *text)
{
  g_auto(GStrv) elements = g_strsplit(text, ",", -1);
  JsonArray *array = json_array_new();
  for (char **element = elements; *element != NULL; element++)
    if (*g_strstrip(*element) != '\0')
      json_array_add_string_element(array, *element);
  json_object_set_array_member(body, member, array);
}

static void
add_disks(JsonObject *body, const char *member, const char *text)
{
  g_auto(GStrv) sizes = g_strsplit(text, ",", -1);
  JsonArray *array = json_array_new();
  for (char **size = sizes; *size != NULL; size++) {
    JsonObject *disk = json_object_new();
    json_object_set_int_member(disk, "size_mib", g_ascii_strtoll(g_strstrip(*size), NULL, 10));
    json_array_add_object_element(array, disk);
  }
  json_object_set_array_member(body, member, array);
}

/* The object that rules and time zone share. */
static JsonObject *
inner_object(JsonObject *body, const char *member)
{
  if (!json_object_has_member(body, member))
    json_object_set_object_member(body, member, json_object_new());
  return json_object_get_object_member(body, member);
}

/* The rules were looked at when the words were taken apart. */
static void
add_rules(JsonObject *body, const char *member, const char *text)
{
  g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
  JsonArray *array = json_array_new();
  for (char **line = lines; *line != NULL; line++) {
    JsonObject *rule = ctl_schedule_parse_rule(*line, NULL);
    if (rule != NULL)
      json_array_add_object_element(array, rule);
  }
  json_object_set_array_member(inner_object(body, member), "rules", array);
}

static void
add_option(JsonObject *body, const CtlOption *option, const char *value)
{
  switch (option->type) {
  case CTL_FLAG:
    json_object_set_boolean_member(body, option->member, TRUE);
    break;
  case CTL_FLAG_OFF:
    json_object_set_boolean_member(body, option->member, FALSE);
    break;
  case CTL_NUMBER:
    json_object_set_int_member(body, option->member, g_ascii_strtoll(value, NULL, 10));
    break;
  case CTL_LIST:
    add_list(body, option->member, value);
    break;
  case CTL_TEXT:
    json_object_set_string_member(body, option->member, value);
    break;
  case CTL_TRUTH:
    json_object_set_boolean_member(body, option->member, strcmp(value, "yes") == 0);
    break;
  case CTL_DISKS:
    add_disks(body, option->member, value);
    break;
  case CTL_RULES:
    add_rules(body, option->member, value);
    break;
  case CTL_ZONE:
    json_object_set_string_member(inner_object(body, option->member), "time_zone", value);
    break;
  case CTL_NULL:
    json_object_set_null_member(body, option->member);
    break;
  }
}

static JsonObject *
make_body(const CtlArguments *arguments, const char *password)
{
  const CtlCommand *command = arguments->command;
  g_autoptr(JsonNode) start = json_from_string(command->body != NULL ? command->body : "{}", NULL);
  JsonObject *body = json_object_ref(json_node_get_object(start));
  for (guint i = 0; command->positionals[i].name != NULL; i++)
    if (command->positionals[i].member != NULL)
      json_object_set_string_member(body, command->positionals[i].member, arguments->positionals[i]);
  for (const CtlOption *option = command->options; option != NULL && option->name != NULL; option++) {
    const char *value = ctl_arguments_option(arguments, option->name);
    if (option->member != NULL && value != NULL)
      add_option(body, option, value);
  }
  if (password != NULL)
    json_object_set_string_member(
        body, command->new_password_member != NULL ? command->new_password_member : command->password_member,
        password);
  return body;
}

/* The server takes a schedule as a whole. */
static gboolean
check_schedule(const CtlArguments *arguments, GError **error)
{
  gboolean rules = ctl_arguments_option(arguments, "schedule") != NULL;
  gboolean zone = ctl_arguments_option(arguments, "time-zone") != NULL;
  gboolean none = ctl_arguments_flag(arguments, "no-schedule");
  const char *sentence = NULL;
  if (none && (rules || zone))
    sentence = "--no-schedule takes the schedule away; leave out --schedule and --time-zone.";
  else if (rules && !zone)
    sentence = "--schedule needs --time-zone, as in --time-zone Europe/Berlin.";
  else if (zone && !rules)
    sentence = "--time-zone belongs to a schedule; give all its rules with --schedule.";
  if (sentence != NULL)
    g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID, sentence);
  return sentence == NULL;
}

ApiRequest *
ctl_request_build(const CtlArguments *arguments, const char *password, GError **error)
{
  const char *method = arguments->command->method;
  g_autoptr(ApiRequest) request = make_request(arguments);
  if (!check_schedule(arguments, error))
    return NULL;
  gboolean has_body =
      strcmp(method, "POST") == 0 || strcmp(method, "PATCH") == 0 || strcmp(method, "PUT") == 0;
  if (!has_body)
    return g_steal_pointer(&request);
  g_autoptr(JsonObject) body = make_body(arguments, password);
  if (strcmp(method, "PATCH") == 0 && json_object_get_size(body) == 0) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID, "Say what to change.");
    return NULL;
  }
  if (json_object_get_size(body) > 0)
    api_request_take_body(request, g_steal_pointer(&body));
  if (strcmp(method, "POST") == 0)
    api_request_make_idempotent(request);
  return g_steal_pointer(&request);
}
