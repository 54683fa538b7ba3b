/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/problem.h"

#include "common/base/json.h"
#include "portal/page_headers.h"

#include <string.h>

static const struct {
  CarawayErrorCode code;
  guint status;
} statuses[] = {
    {CARAWAY_ERROR_INVALID, 400},     {CARAWAY_ERROR_NOT_FOUND, 404},  {CARAWAY_ERROR_FORBIDDEN, 403},
    {CARAWAY_ERROR_TOO_LARGE, 413},   {CARAWAY_ERROR_PROTOCOL, 502},   {CARAWAY_ERROR_UNTRUSTED, 502},
    {CARAWAY_ERROR_UNREACHABLE, 502}, {CARAWAY_ERROR_OVERLOADED, 503}, {CARAWAY_ERROR_TIMED_OUT, 504},
};

guint
problem_status(CarawayErrorCode code)
{
  for (guint i = 0; i < G_N_ELEMENTS(statuses); i++)
    if (statuses[i].code == code)
      return statuses[i].status;
  return 500;
}

static void
add_string(JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name(builder, name);
  json_builder_add_string_value(builder, value);
}

char *
problem_document(CarawayErrorCode code, const char *detail)
{
  guint status = problem_status(code);
  g_autoptr(JsonBuilder) builder = json_builder_new();
  json_builder_begin_object(builder);
  add_string(builder, "type", "about:blank");
  add_string(builder, "title", soup_status_get_phrase(status));
  json_builder_set_member_name(builder, "status");
  json_builder_add_int_value(builder, status);
  add_string(builder, "detail", detail);
  add_string(builder, "code", error_code_name(code));
  json_builder_set_member_name(builder, "reasons");
  json_builder_begin_array(builder);
  json_builder_end_array(builder);
  json_builder_end_object(builder);
  return json_builder_text(builder);
}

void
problem_answer(SoupServerMessage *message, CarawayErrorCode code, const char *detail)
{
  g_autofree char *text = problem_document(code, detail);
  SoupMessageHeaders *headers = soup_server_message_get_response_headers(message);
  guint status = problem_status(code);
  page_headers_apply(headers, PAGE_DATA);
  soup_message_headers_replace(headers, "Cache-Control", "no-store");
  if (status == 503)
    soup_message_headers_replace(headers, "Retry-After", "1");
  soup_server_message_set_status(message, status, NULL);
  soup_server_message_set_response(message, "application/problem+json", SOUP_MEMORY_COPY, text, strlen(text));
}
