/* SPDX-License-Identifier: Apache-2.0 */
#include "common/api_client/api_request.h"

#include <stdarg.h>
#include <string.h>

ApiRequest *
api_request_new_segments(const char *method, const char *const *segments)
{
  GString *path = g_string_new(NULL);
  for (; *segments != NULL; segments++) {
    g_string_append_c(path, '/');
    g_string_append_uri_escaped(path, *segments, NULL, FALSE);
  }
  ApiRequest *request = g_new0(ApiRequest, 1);
  request->method = method;
  request->path = g_string_free(path, FALSE);
  return request;
}

ApiRequest *
api_request_new(const char *method, ...)
{
  g_autoptr(GPtrArray) segments = g_ptr_array_new();
  va_list arguments;
  va_start(arguments, method);
  for (const char *segment; (segment = va_arg(arguments, const char *)) != NULL;)
    g_ptr_array_add(segments, (gpointer)segment);
  va_end(arguments);
  g_ptr_array_add(segments, NULL);
  return api_request_new_segments(method, (const char *const *)segments->pdata);
}

void
api_request_add_query(ApiRequest *request, const char *name, const char *value)
{
  g_autofree char *old = request->path;
  g_autofree char *escaped = g_uri_escape_string(value, NULL, FALSE);
  const char *separator = strchr(old, '?') == NULL ? "?" : "&";
  request->path = g_strconcat(old, separator, name, "=", escaped, NULL);
}

void
api_request_take_body(ApiRequest *request, JsonObject *body)
{
  g_clear_pointer(&request->body, json_object_unref);
  request->body = body;
}

void
api_request_make_idempotent(ApiRequest *request)
{
  g_free(request->idempotency_key);
  request->idempotency_key = g_uuid_string_random();
}

void
api_request_set_if_match(ApiRequest *request, const char *etag)
{
  g_free(request->if_match);
  request->if_match = g_strdup(etag);
}

void
api_request_free(ApiRequest *request)
{
  if (request == NULL)
    return;
  g_free(request->path);
  g_clear_pointer(&request->body, json_object_unref);
  g_free(request->idempotency_key);
  g_free(request->if_match);
  g_free(request);
}

void
api_answer_free(ApiAnswer *answer)
{
  if (answer == NULL)
    return;
  g_clear_pointer(&answer->object, json_object_unref);
  g_clear_pointer(&answer->bytes, g_bytes_unref);
  g_free(answer->etag);
  g_free(answer);
}
