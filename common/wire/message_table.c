/* SPDX-License-Identifier: Apache-2.0 */
#include "common/wire/message_table.h"

#include "common/base/error.h"
#include "common/base/json.h"
#include "common/base/text.h"
#include "common/wire/epoch.h"

#include <string.h>

#define UUID_BYTES   36
#define MAX_VERSIONS 64

static gpointer
member_at(const MessageMember *member, gpointer target)
{
  return (char *)target + member->offset;
}

static gconstpointer
member_in(const MessageMember *member, gconstpointer source)
{
  return (const char *)source + member->offset;
}

gboolean
message_uuid_is_valid(const char *text)
{
  if (text == NULL || !g_uuid_string_is_valid(text))
    return FALSE;
  for (; *text != '\0'; text++)
    if (g_ascii_isupper(*text))
      return FALSE;
  return TRUE;
}

static gboolean
fail(GError **error, const MessageMember *member, const char *what)
{
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID, "“%s” %s.", member->name, what);
  return FALSE;
}

static gboolean
is_absent(JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member(object, name);
  return node == NULL || JSON_NODE_HOLDS_NULL(node);
}

/* json_get_string() refuses control characters, which a boot log is full of. */
static gboolean
parse_long_text(const MessageMember *member, JsonObject *object, const char **ret_text, GError **error)
{
  JsonNode *node = json_object_get_member(object, member->name);
  if (node == NULL || !JSON_NODE_HOLDS_VALUE(node) || json_node_get_value_type(node) != G_TYPE_STRING)
    return fail(error, member, "must be a text");
  const char *text = json_node_get_string(node);
  if (strlen(text) > (gsize)member->maximum)
    return fail(error, member, "is too long");
  *ret_text = text;
  return TRUE;
}

static gboolean
parse_text(const MessageMember *member, JsonObject *object, const char **ret_text, GError **error)
{
  gsize limit = member->kind == MEMBER_UUID ? UUID_BYTES : (gsize)member->maximum;
  const char *text = json_get_string(object, member->name, limit, error);
  if (text == NULL)
    return FALSE;
  if (member->kind == MEMBER_UUID && !message_uuid_is_valid(text))
    return fail(error, member, "must be a UUID in lower case");
  *ret_text = text;
  return TRUE;
}

static gboolean
parse_epoch(const MessageMember *member, JsonObject *object, Epoch *ret_epoch, GError **error)
{
  const char *text = json_get_string(object, member->name, EPOCH_TEXT_MAX, error);
  if (text == NULL)
    return FALSE;
  return epoch_parse(text, ret_epoch) || fail(error, member, "must be GENERATION.COUNTER");
}

static gboolean
parse_choice(const MessageMember *member, JsonObject *object, int *ret_index, GError **error)
{
  const char *text = json_get_string(object, member->name, 64, error);
  if (text == NULL)
    return FALSE;
  for (int i = 0; member->choices[i] != NULL; i++)
    if (strcmp(text, member->choices[i]) == 0) {
      *ret_index = i;
      return TRUE;
    }
  return fail(error, member, "has a value that is not known");
}

static gboolean
parse_bool(const MessageMember *member, JsonObject *object, gboolean *ret_value, GError **error)
{
  if (is_absent(object, member->name))
    return fail(error, member, "is missing");
  return json_get_optional_bool(object, member->name, FALSE, ret_value, error);
}

static gboolean
parse_versions(const MessageMember *member, JsonObject *object, guint64 *ret_versions, GError **error)
{
  JsonArray *array = json_get_array(object, member->name, MAX_VERSIONS, error);
  if (array == NULL)
    return FALSE;
  guint64 versions = 0;
  for (guint i = 0; i < json_array_get_length(array); i++) {
    JsonNode *node = json_array_get_element(array, i);
    if (!JSON_NODE_HOLDS_VALUE(node) || json_node_get_value_type(node) != G_TYPE_INT64)
      return fail(error, member, "must be a list of numbers");
    gint64 version = json_node_get_int(node);
    if (version >= 0 && version < MAX_VERSIONS)
      versions |= G_GUINT64_CONSTANT(1) << version;
  }
  *ret_versions = versions;
  return TRUE;
}

static gboolean
parse_list(const MessageMember *member, JsonObject *object, gpointer target, GError **error)
{
  JsonArray *array = json_get_array(object, member->name, (guint)member->maximum, error);
  if (array == NULL)
    return FALSE;
  guint length = json_array_get_length(array);
  if (length == 0)
    return TRUE;
  char *items = g_malloc0_n(length, member->size);
  *(gpointer *)member_at(member, target) = items;
  *(guint *)((char *)target + member->count_offset) = length;
  for (guint i = 0; i < length; i++) {
    JsonNode *node = json_array_get_element(array, i);
    if (!JSON_NODE_HOLDS_OBJECT(node))
      return fail(error, member, "must be a list of objects");
    if (!message_table_parse(member->members, json_node_get_object(node), items + i * member->size, error)) {
      g_prefix_error(error, "In “%s”, entry %u: ", member->name, i);
      return FALSE;
    }
  }
  return TRUE;
}

static gboolean
parse_object(const MessageMember *member, JsonObject *object, gpointer target, GError **error)
{
  JsonObject *inner = json_get_object(object, member->name, error);
  return inner != NULL && message_table_parse(member->members, inner, member_at(member, target), error);
}

static gboolean
parse_member(const MessageMember *member, JsonObject *object, gpointer target, GError **error)
{
  gpointer place = member_at(member, target);
  switch (member->kind) {
  case MEMBER_TEXT:
  case MEMBER_UUID:
    return parse_text(member, object, place, error);
  case MEMBER_LONG_TEXT:
    return parse_long_text(member, object, place, error);
  case MEMBER_INT:
    return json_get_int(object, member->name, member->minimum, member->maximum, place, error);
  case MEMBER_BOOL:
    return parse_bool(member, object, place, error);
  case MEMBER_EPOCH:
    return parse_epoch(member, object, place, error);
  case MEMBER_CHOICE:
    return parse_choice(member, object, place, error);
  case MEMBER_VERSIONS:
    return parse_versions(member, object, place, error);
  case MEMBER_OBJECT:
    return parse_object(member, object, target, error);
  case MEMBER_LIST:
    return parse_list(member, object, target, error);
  }
  g_return_val_if_reached(FALSE);
}

static void
leave_out(const MessageMember *member, gpointer target)
{
  if (member->kind == MEMBER_INT)
    *(gint64 *)member_at(member, target) = member->absent;
}

gboolean
message_table_parse(const MessageMember *table, JsonObject *object, gpointer target, GError **error)
{
  for (const MessageMember *member = table; member->name != NULL; member++) {
    if (member->optional && is_absent(object, member->name)) {
      leave_out(member, target);
      continue;
    }
    if (!parse_member(member, object, target, error))
      return FALSE;
  }
  return TRUE;
}

static char *
fit_text(const MessageMember *member, const char *text)
{
  gsize limit = member->kind == MEMBER_UUID ? UUID_BYTES : (gsize)member->maximum;
  g_autofree char *plain = member->kind != MEMBER_LONG_TEXT ? text_make_plain(text) : g_strdup(text);
  return text_cut(plain, limit);
}

static void
build_text(const MessageMember *member, const char *text, JsonWriter *writer)
{
  g_autofree char *fitting = fit_text(member, text != NULL ? text : "");
  json_writer_add_text(writer, member->name, fitting);
}

static void
build_epoch(const MessageMember *member, Epoch epoch, JsonWriter *writer)
{
  g_autofree char *text = epoch_text(epoch);
  json_writer_add_text(writer, member->name, text);
}

static void
build_versions(const MessageMember *member, guint64 versions, JsonWriter *writer)
{
  json_writer_begin_array(writer, member->name);
  for (int i = 0; i < MAX_VERSIONS; i++)
    if ((versions >> i) & 1)
      json_writer_add_int(writer, NULL, i);
  json_writer_end_array(writer);
}

static void
build_list(const MessageMember *member, gconstpointer source, JsonWriter *writer)
{
  const char *items = *(const gpointer *)member_in(member, source);
  guint count = *(const guint *)((const char *)source + member->count_offset);
  json_writer_begin_array(writer, member->name);
  for (guint i = 0; i < count; i++) {
    json_writer_begin_object(writer, NULL);
    message_table_build(member->members, items + i * member->size, writer);
    json_writer_end_object(writer);
  }
  json_writer_end_array(writer);
}

static void
build_value(const MessageMember *member, gconstpointer source, JsonWriter *writer)
{
  gconstpointer place = member_in(member, source);
  switch (member->kind) {
  case MEMBER_TEXT:
  case MEMBER_LONG_TEXT:
  case MEMBER_UUID:
    build_text(member, *(const char *const *)place, writer);
    break;
  case MEMBER_INT:
    json_writer_add_int(writer, member->name, *(const gint64 *)place);
    break;
  case MEMBER_BOOL:
    json_writer_add_bool(writer, member->name, *(const gboolean *)place);
    break;
  case MEMBER_EPOCH:
    build_epoch(member, *(const Epoch *)place, writer);
    break;
  case MEMBER_CHOICE:
    json_writer_add_text(writer, member->name, member->choices[*(const int *)place]);
    break;
  case MEMBER_VERSIONS:
    build_versions(member, *(const guint64 *)place, writer);
    break;
  case MEMBER_OBJECT:
    json_writer_begin_object(writer, member->name);
    message_table_build(member->members, place, writer);
    json_writer_end_object(writer);
    break;
  case MEMBER_LIST:
    build_list(member, source, writer);
    break;
  }
}

/* Whether an optional member has no value to tell. */
static gboolean
is_nothing(const MessageMember *member, gconstpointer source)
{
  gconstpointer place = member_in(member, source);
  switch (member->kind) {
  case MEMBER_TEXT:
  case MEMBER_LONG_TEXT:
  case MEMBER_UUID:
    return *(const char *const *)place == NULL;
  case MEMBER_INT:
    return member->absent < member->minimum && *(const gint64 *)place == member->absent;
  default:
    return FALSE;
  }
}

void
message_table_build(const MessageMember *table, gconstpointer source, JsonWriter *writer)
{
  for (const MessageMember *member = table; member->name != NULL; member++) {
    if (!member->optional || !is_nothing(member, source))
      build_value(member, source, writer);
  }
}

void
message_table_clear(const MessageMember *table, gpointer target)
{
  for (const MessageMember *member = table; member->name != NULL; member++) {
    if (member->kind == MEMBER_OBJECT)
      message_table_clear(member->members, member_at(member, target));
    if (member->kind != MEMBER_LIST)
      continue;
    char **items = member_at(member, target);
    guint *count = (guint *)((char *)target + member->count_offset);
    for (guint i = 0; i < *count; i++)
      message_table_clear(member->members, *items + i * member->size);
    g_clear_pointer(items, g_free);
    *count = 0;
  }
}
