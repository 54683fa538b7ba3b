/* SPDX-License-Identifier: Apache-2.0 */
#include "common/api_client/broker_list.h"

#include "common/base/error.h"
#include "common/base/log.h"

#include <string.h>

struct BrokerList {
  GPtrArray *urls;  /* of char * */
  guint configured; /* so many of the first are of the configuration */
  guint current;
  guint left; /* how many were left since one was reached */
};

/* Without a path and a slash at its end (transfer full); NULL when it is none. */
static char *
normal_url(const char *text)
{
  g_autoptr(GUri) uri = g_uri_parse(text, G_URI_FLAGS_NONE, NULL);
  if (uri == NULL || g_strcmp0(g_uri_get_scheme(uri), "https") != 0 || g_uri_get_host(uri) == NULL ||
      g_uri_get_host(uri)[0] == '\0' || g_uri_get_query(uri) != NULL || g_uri_get_userinfo(uri) != NULL ||
      strcmp(g_uri_get_path(uri), "/") > 0)
    return NULL;
  gsize length = strlen(text);
  return g_strndup(text, length > 0 && text[length - 1] == '/' ? length - 1 : length);
}

static void
add(BrokerList *list, char *url)
{
  gboolean is_new = list->urls->len < BROKER_LIST_MAX;
  for (guint i = 0; i < list->urls->len && is_new; i++)
    is_new = !g_str_equal(g_ptr_array_index(list->urls, i), url);
  if (is_new)
    g_ptr_array_add(list->urls, url);
  else
    g_free(url);
}

BrokerList *
broker_list_new(const char *text, GError **error)
{
  g_autoptr(BrokerList) list = g_new0(BrokerList, 1);
  list->urls = g_ptr_array_new_with_free_func(g_free);
  g_auto(GStrv) words = g_strsplit_set(text, ", \t", -1);
  for (char **word = words; *word != NULL; word++) {
    char *url = **word != '\0' ? normal_url(*word) : NULL;
    if (url == NULL && **word != '\0') {
      g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG,
                  "“%s” is not the URL of a broker; write it as https://HOST:PORT.", *word);
      return NULL;
    }
    if (url != NULL)
      add(list, url);
  }
  list->configured = list->urls->len;
  if (list->configured > 0)
    return g_steal_pointer(&list);
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG, "There is no URL of a broker; give at least one.");
  return NULL;
}

BrokerList *
broker_list_new_of(const char *const *urls)
{
  BrokerList *list = g_new0(BrokerList, 1);
  list->urls = g_ptr_array_new_with_free_func(g_free);
  for (; *urls != NULL; urls++)
    add(list, g_strdup(*urls));
  list->configured = list->urls->len;
  return list;
}

static gboolean
same_urls(const GPtrArray *urls, const GPtrArray *others)
{
  gboolean same = urls->len == others->len;
  for (guint i = 0; same && i < urls->len; i++)
    same = g_str_equal(g_ptr_array_index(urls, i), g_ptr_array_index(others, i));
  return same;
}

gboolean
broker_list_learn(BrokerList *list, const char *const *urls)
{
  g_autofree char *current = g_strdup(broker_list_current(list));
  g_autoptr(GPtrArray) before = list->urls;
  list->urls = g_ptr_array_new_with_free_func(g_free);
  for (guint i = 0; i < list->configured; i++)
    g_ptr_array_add(list->urls, g_strdup(g_ptr_array_index(before, i)));
  for (; *urls != NULL; urls++) {
    char *url = normal_url(*urls);
    if (url != NULL)
      add(list, url);
  }
  list->current = 0;
  for (guint i = 0; i < list->urls->len; i++)
    if (g_str_equal(g_ptr_array_index(list->urls, i), current))
      list->current = i;
  return !same_urls(before, list->urls);
}

gboolean
broker_list_learn_json(BrokerList *list, JsonArray *urls)
{
  g_autoptr(GPtrArray) texts = g_ptr_array_new();
  for (guint i = 0; i < json_array_get_length(urls); i++) {
    JsonNode *node = json_array_get_element(urls, i);
    if (JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_STRING)
      g_ptr_array_add(texts, (gpointer)json_node_get_string(node));
  }
  g_ptr_array_add(texts, NULL);
  return broker_list_learn(list, (const char *const *)texts->pdata);
}

char *
broker_list_learned(const BrokerList *list)
{
  GString *text = g_string_new(NULL);
  for (guint i = list->configured; i < list->urls->len; i++)
    g_string_append_printf(text, "%s%s", text->len > 0 ? " " : "",
                           (const char *)g_ptr_array_index(list->urls, i));
  return g_string_free(text, FALSE);
}

void
broker_list_keep(const BrokerList *list, const char *path)
{
  g_autofree char *text = broker_list_learned(list);
  g_autoptr(GError) error = NULL;
  if (!g_file_set_contents(path, text, -1, &error))
    log_warning("the other brokers are not kept: %s", error->message);
}

void
broker_list_recall(BrokerList *list, const char *path)
{
  g_autofree char *learned = NULL;
  if (!g_file_get_contents(path, &learned, NULL, NULL))
    return;
  g_auto(GStrv) urls = g_strsplit(g_strstrip(learned), " ", BROKER_LIST_MAX);
  broker_list_learn(list, (const char *const *)urls);
}

const char *
broker_list_current(const BrokerList *list)
{
  return g_ptr_array_index(list->urls, list->current);
}

guint
broker_list_count(const BrokerList *list)
{
  return list->urls->len;
}

gboolean
broker_list_leave(BrokerList *list, const char *url)
{
  if (!g_str_equal(broker_list_current(list), url))
    return FALSE;
  list->current = (list->current + 1) % list->urls->len;
  if (++list->left < list->urls->len)
    return FALSE;
  list->left = 0;
  return TRUE;
}

void
broker_list_reached(BrokerList *list)
{
  list->left = 0;
}

void
broker_list_free(BrokerList *list)
{
  if (list == NULL)
    return;
  g_ptr_array_unref(list->urls);
  g_free(list);
}
