/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/json.h"

#include "common/base/error.h"
#include "common/base/json_scan.h"
#include "common/base/text.h"

#include <string.h>

#define MEMBER_SHOWN_MAX 64

/* json-glib keeps the last of duplicate keys, recurses without a limit, and takes more than JSON. Its parser
 * tells of every member as it is read, so duplicates are found there; the rest is refused by json_scan.h
 * before. */
typedef struct {
  GHashTable *seen; /* of the object being read: "address name" */
  gboolean duplicate;
} MemberWatch;

static void
on_member(JsonParser *parser, JsonObject *object, const char *name, gpointer data)
{
  MemberWatch *watch = data;
  char *key = g_strdup_printf("%p %s", (void *)object, name);
  if (!g_hash_table_add(watch->seen, key))
    watch->duplicate = TRUE;
}

JsonObject *
json_parse_object(const char *text, gsize size, gsize max_size, GError **error)
{
  if (size > max_size) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_TOO_LARGE,
                "The body has %zu bytes; at most %zu are taken.", size, max_size);
    return NULL;
  }
  if (!g_utf8_validate(text, size, NULL) || !json_scan_is_strict(text, size, JSON_MAX_DEPTH)) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_MALFORMED,
                "The body is not JSON in UTF-8 with at most %d levels.", JSON_MAX_DEPTH);
    return NULL;
  }
  g_autoptr(JsonParser) parser = json_parser_new_immutable();
  g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  MemberWatch watch = {seen, FALSE};
  g_signal_connect(parser, "object-member", G_CALLBACK(on_member), &watch);
  g_autoptr(GError) local = NULL;
  if (!json_parser_load_from_data(parser, text, size, &local)) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_MALFORMED, "The body is not JSON: %s", local->message);
    return NULL;
  }
  JsonNode *root = json_parser_get_root(parser);
  if (watch.duplicate || root == NULL || !JSON_NODE_HOLDS_OBJECT(root)) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_MALFORMED, "The body must be one JSON object%s.",
                watch.duplicate ? " without duplicate members" : "");
    return NULL;
  }
  return json_node_dup_object(root);
}

static void
set_member_error(GError **error, const char *name, const char *what)
{
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID, "“%s” %s.", name, what);
}

static gboolean
is_absent(JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member(object, name);
  return node == NULL || JSON_NODE_HOLDS_NULL(node);
}

static const char *
get_text(JsonObject *object, const char *name, gsize max_bytes, gboolean has_lines, GError **error)
{
  JsonNode *node = json_object_get_member(object, name);
  if (node == NULL || !JSON_NODE_HOLDS_VALUE(node) || json_node_get_value_type(node) != G_TYPE_STRING) {
    set_member_error(error, name, node == NULL ? "is missing" : "must be a text");
    return NULL;
  }
  const char *value = json_node_get_string(node);
  if (strlen(value) > max_bytes) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID, "“%s” is longer than %zu bytes.", name,
                max_bytes);
    return NULL;
  }
  g_autofree char *line = has_lines ? g_strdelimit(g_strdup(value), "\n", ' ') : NULL;
  if (!text_is_plain(has_lines ? line : value)) {
    set_member_error(error, name, "must be plain text without control characters");
    return NULL;
  }
  return value;
}

const char *
json_get_string(JsonObject *object, const char *name, gsize max_bytes, GError **error)
{
  return get_text(object, name, max_bytes, FALSE, error);
}

const char *
json_get_lines(JsonObject *object, const char *name, gsize max_bytes, GError **error)
{
  return get_text(object, name, max_bytes, TRUE, error);
}

gboolean
json_get_optional_string(JsonObject *object, const char *name, gsize max_bytes, const char **ret_value,
                         GError **error)
{
  if (is_absent(object, name)) {
    *ret_value = NULL;
    return TRUE;
  }
  const char *value = json_get_string(object, name, max_bytes, error);
  if (value == NULL)
    return FALSE;
  *ret_value = value;
  return TRUE;
}

gboolean
json_get_int(JsonObject *object, const char *name, gint64 minimum, gint64 maximum, gint64 *ret_value,
             GError **error)
{
  JsonNode *node = json_object_get_member(object, name);
  if (node == NULL || !JSON_NODE_HOLDS_VALUE(node) || json_node_get_value_type(node) != G_TYPE_INT64) {
    set_member_error(error, name, node == NULL ? "is missing" : "must be a whole number");
    return FALSE;
  }
  gint64 value = json_node_get_int(node);
  if (value < minimum || value > maximum) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID,
                "“%s” must be from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT ".", name, minimum, maximum);
    return FALSE;
  }
  *ret_value = value;
  return TRUE;
}

gboolean
json_get_optional_int(JsonObject *object, const char *name, gint64 minimum, gint64 maximum, gint64 fallback,
                      gint64 *ret_value, GError **error)
{
  if (!is_absent(object, name))
    return json_get_int(object, name, minimum, maximum, ret_value, error);
  *ret_value = fallback;
  return TRUE;
}

gboolean
json_get_optional_bool(JsonObject *object, const char *name, gboolean fallback, gboolean *ret_value,
                       GError **error)
{
  if (is_absent(object, name)) {
    *ret_value = fallback;
    return TRUE;
  }
  JsonNode *node = json_object_get_member(object, name);
  if (!JSON_NODE_HOLDS_VALUE(node) || json_node_get_value_type(node) != G_TYPE_BOOLEAN) {
    set_member_error(error, name, "must be true or false");
    return FALSE;
  }
  *ret_value = json_node_get_boolean(node);
  return TRUE;
}

JsonObject *
json_get_object(JsonObject *object, const char *name, GError **error)
{
  JsonNode *node = json_object_get_member(object, name);
  if (node == NULL || !JSON_NODE_HOLDS_OBJECT(node)) {
    set_member_error(error, name, node == NULL ? "is missing" : "must be an object");
    return NULL;
  }
  return json_node_get_object(node);
}

JsonArray *
json_get_array(JsonObject *object, const char *name, guint max_elements, GError **error)
{
  JsonNode *node = json_object_get_member(object, name);
  if (node == NULL || !JSON_NODE_HOLDS_ARRAY(node)) {
    set_member_error(error, name, node == NULL ? "is missing" : "must be a list");
    return NULL;
  }
  JsonArray *array = json_node_get_array(node);
  if (json_array_get_length(array) > max_elements) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID, "“%s” has more than %u entries.", name,
                max_elements);
    return NULL;
  }
  return array;
}

gboolean
json_check_members(JsonObject *object, const char *const *names, GError **error)
{
  g_autoptr(GList) members = json_object_get_members(object);
  for (GList *member = members; member != NULL; member = member->next)
    if (!g_strv_contains(names, member->data)) {
      g_autofree char *cut = text_cut(member->data, MEMBER_SHOWN_MAX);
      g_autofree char *shown = text_escape(cut);
      set_member_error(error, shown, "is not a member that this request knows");
      return FALSE;
    }
  return TRUE;
}

char *
json_builder_text(JsonBuilder *builder)
{
  g_autoptr(JsonNode) root = json_builder_get_root(builder);
  return json_to_string(root, FALSE);
}

char *
json_object_text(JsonObject *object)
{
  g_autoptr(JsonNode) root = json_node_init_object(json_node_alloc(), object);
  return json_to_string(root, FALSE);
}
