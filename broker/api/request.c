/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/api/request.h"

#include "common/base/error.h"
#include "common/base/json.h"
#include "common/base/secret.h"
#include "common/base/text.h"

#include <string.h>

#define NAME_SHOWN_MAX 64
#define BODY_MAX       (1024 * 1024) /* the route's own limit was looked at while the body came in */

const char *
request_parameter(const Request *request, guint index)
{
  return request->parameters[index];
}

const char *
request_query(const Request *request, const char *name)
{
  return g_hash_table_lookup(request->query, name);
}

gboolean
request_query_truth(const Request *request, const char *name, gboolean *ret_value, GError **error)
{
  const char *value = request_query(request, name);
  if (value != NULL && !g_str_equal(value, "true") && !g_str_equal(value, "false")) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID, "“%s” must be true or false.", name);
    return FALSE;
  }
  *ret_value = g_strcmp0(value, "true") == 0;
  return TRUE;
}

gboolean
request_check_query(const Request *request, const char *const *names, GError **error)
{
  GHashTableIter iterator;
  gpointer name;
  g_hash_table_iter_init(&iterator, request->query);
  while (g_hash_table_iter_next(&iterator, &name, NULL)) {
    if (!g_strv_contains(names, name)) {
      g_autofree char *cut = text_cut(name, NAME_SHOWN_MAX);
      g_autofree char *shown = text_escape(cut);
      g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID, "The query must not have “%s”.", shown);
      return FALSE;
    }
  }
  return TRUE;
}

static gboolean
read_number(const char *text, gint64 minimum, gint64 maximum, gint64 *ret_number)
{
  return g_ascii_string_to_signed(text, 10, minimum, maximum, ret_number, NULL);
}

gboolean
request_page(const Request *request, Page *ret_page, GError **error)
{
  const char *limit = request_query(request, "limit");
  gint64 number = PAGE_LIMIT_DEFAULT;
  if (limit != NULL && !read_number(limit, 1, PAGE_LIMIT_MAX, &number)) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID, "“limit” must be from 1 to %d.", PAGE_LIMIT_MAX);
    return FALSE;
  }
  *ret_page =
      (Page){.limit = (guint)number, .cursor = request_query(request, "cursor"), .within = request->within};
  return TRUE;
}

JsonObject *
request_body(const Request *request, const char *const *members, GError **error)
{
  gsize size = 0;
  const char *text = request->body != NULL ? g_bytes_get_data(request->body, &size) : NULL;
  if (size == 0)
    return json_object_new();
  g_autoptr(JsonObject) object = json_parse_object(text, size, BODY_MAX, error);
  if (object == NULL || !json_check_members(object, members, error))
    return NULL;
  return g_steal_pointer(&object);
}

gboolean
request_check_no_members(const Request *request, GError **error)
{
  static const char *const NO_MEMBERS[] = {NULL};
  g_autoptr(JsonObject) body = request_body(request, NO_MEMBERS, error);
  return body != NULL;
}

gboolean
request_version(const Request *request, gint64 *ret_version, GError **error)
{
  *ret_version = 0;
  if (request->if_match == NULL || strcmp(request->if_match, "*") == 0)
    return TRUE;
  gsize length = strlen(request->if_match);
  if (length > 2 && request->if_match[0] == '"' && request->if_match[length - 1] == '"') {
    g_autofree char *number = g_strndup(request->if_match + 1, length - 2);
    if (read_number(number, 1, G_MAXINT64, ret_version))
      return TRUE;
  }
  g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID,
                      "If-Match must be the ETag of an earlier answer, in its quotes.");
  return FALSE;
}

static void
free_body(GBytes *body)
{
  gsize size = 0;
  gpointer data = g_bytes_unref_to_data(body, &size);
  if (data != NULL)
    explicit_bzero(data, size);
  g_free(data);
}

void
request_free(Request *request)
{
  if (request == NULL)
    return;
  g_free(request->method);
  g_strfreev(request->parameters);
  g_clear_pointer(&request->query, g_hash_table_unref);
  g_clear_pointer(&request->body, free_body);
  identity_free(request->peer);
  g_free(request->address);
  g_free(request->public_host);
  secret_free(request->token);
  secret_free(request->oidc_secret);
  g_free(request->origin);
  g_free(request->idempotency_key);
  g_free(request->if_match);
  g_free(request->client);
  secret_free(request->device);
  caller_free(request->caller);
  g_free(request->within);
  g_free(request);
}
