/* SPDX-License-Identifier: Apache-2.0 */
#include "common/api_client/api_value.h"

#include "common/base/error.h"
#include "common/base/text.h"

#include <string.h>

JsonObject *
api_value_object(const ApiAnswer *answer, GError **error)
{
  if (answer->object == NULL)
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID,
                "The server's answer is empty where an object was expected.");
  return answer->object;
}

gboolean
api_value_text(JsonObject *object, const char *name, char **ret_value, GError **error)
{
  const char *text = json_get_string(object, name, API_VALUE_MAX_TEXT, error);
  if (text == NULL)
    return FALSE;
  *ret_value = g_strdup(text);
  return TRUE;
}

gboolean
api_value_optional_text(JsonObject *object, const char *name, char **ret_value, GError **error)
{
  const char *text = NULL;
  if (!json_get_optional_string(object, name, API_VALUE_MAX_TEXT, &text, error))
    return FALSE;
  *ret_value = g_strdup(text);
  return TRUE;
}

gboolean
api_value_choice(JsonObject *object, const char *name, const char *const *names, guint count,
                 guint *ret_index, GError **error)
{
  const char *text = json_get_string(object, name, API_VALUE_MAX_TEXT, error);
  if (text == NULL)
    return FALSE;
  for (guint i = 0; i < count; i++) {
    if (strcmp(names[i], text) == 0) {
      *ret_index = i;
      return TRUE;
    }
  }
  g_autofree char *shown = text_cut(text, 63);
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID,
              "The server speaks of a %s “%s” that this program does not know. Update it.", name, shown);
  return FALSE;
}

gboolean
api_value_texts(JsonObject *object, const char *name, char ***ret_value, GError **error)
{
  g_autoptr(GStrvBuilder) texts = g_strv_builder_new();
  if (json_object_has_member(object, name)) {
    JsonArray *array = json_get_array(object, name, API_VALUE_MAX_ITEMS, error);
    if (array == NULL)
      return FALSE;
    for (guint i = 0; i < json_array_get_length(array); i++) {
      JsonNode *node = json_array_get_element(array, i);
      if (!JSON_NODE_HOLDS_VALUE(node) || json_node_get_value_type(node) != G_TYPE_STRING) {
        g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID, "“%s” must be a list of texts.", name);
        return FALSE;
      }
      g_strv_builder_add(texts, json_node_get_string(node));
    }
  }
  *ret_value = g_strv_builder_end(texts);
  return TRUE;
}

gboolean
api_value_optional_object(JsonObject *object, const char *name, JsonObject **ret_value, GError **error)
{
  *ret_value = NULL;
  if (!json_object_has_member(object, name) || json_object_get_null_member(object, name))
    return TRUE;
  *ret_value = json_get_object(object, name, error);
  return *ret_value != NULL;
}

GPtrArray *
api_value_list(JsonObject *object, const char *name, gpointer (*make)(JsonObject *element, GError **error),
               GDestroyNotify free_value, GError **error)
{
  JsonArray *array = json_get_array(object, name, API_VALUE_MAX_ITEMS, error);
  if (array == NULL)
    return NULL;
  g_autoptr(GPtrArray) values = g_ptr_array_new_with_free_func(free_value);
  for (guint i = 0; i < json_array_get_length(array); i++) {
    JsonNode *node = json_array_get_element(array, i);
    if (!JSON_NODE_HOLDS_OBJECT(node)) {
      g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID, "“%s” must be a list of objects.", name);
      return NULL;
    }
    gpointer value = make(json_node_get_object(node), error);
    if (value == NULL)
      return NULL;
    g_ptr_array_add(values, value);
  }
  return g_steal_pointer(&values);
}
