/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/api/answer.h"

#include "common/base/json.h"
#include "common/base/secret.h"

#include <string.h>

Answer *
answer_new(void)
{
  Answer *answer = g_new0(Answer, 1);
  answer->status = 204;
  answer->headers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  return answer;
}

void
answer_set_text(Answer *answer, guint status, const char *content_type, char *text)
{
  secret_free(answer->body);
  g_free(answer->content_type);
  answer->status = status;
  answer->content_type = g_strdup(content_type);
  answer->body = text;
}

void
answer_set_json(Answer *answer, guint status, JsonBuilder *builder)
{
  answer_set_text(answer, status, "application/json", json_builder_text(builder));
}

void
answer_add_degraded(Answer *answer, const char *sentence)
{
  if (g_strcmp0(answer->content_type, "application/json") != 0 || answer->body[0] != '{')
    return;
  g_autoptr(JsonBuilder) builder = json_builder_new();
  json_builder_begin_object(builder);
  json_builder_set_member_name(builder, "degraded");
  json_builder_add_boolean_value(builder, TRUE);
  json_builder_set_member_name(builder, "degraded_reason");
  json_builder_add_string_value(builder, sentence);
  json_builder_end_object(builder);
  g_autofree char *members = json_builder_text(builder);
  members[strlen(members) - 1] = '\0'; /* its closing brace */
  gboolean is_empty = answer->body[1] == '}';
  char *whole = g_strconcat(members, is_empty ? "" : ",", answer->body + 1, NULL);
  secret_free(answer->body);
  answer->body = whole;
}

void
answer_set_stream(Answer *answer, SessionStream *stream)
{
  answer->status = 200;
  answer->stream = stream;
}

void
answer_set_header(Answer *answer, const char *name, const char *value)
{
  char *copy = g_strdup(value);
  for (char *c = copy; *c != '\0'; c++)
    if (g_ascii_iscntrl(*c))
      *c = ' ';
  g_hash_table_replace(answer->headers, g_strdup(name), copy);
}

void
answer_take_cookie(Answer *answer, char *value)
{
  if (answer->cookies == NULL)
    answer->cookies = g_ptr_array_new_with_free_func((GDestroyNotify)secret_free);
  g_ptr_array_add(answer->cookies, value);
}

void
answer_set_version(Answer *answer, gint64 version)
{
  g_autofree char *tag = g_strdup_printf("\"%" G_GINT64_FORMAT "\"", version);
  answer_set_header(answer, "ETag", tag);
}

Answer *
answer_copy(const Answer *answer)
{
  Answer *copy = answer_new();
  copy->status = answer->status;
  copy->content_type = g_strdup(answer->content_type);
  copy->body = g_strdup(answer->body);
  GHashTableIter iterator;
  gpointer name, value;
  g_hash_table_iter_init(&iterator, answer->headers);
  while (g_hash_table_iter_next(&iterator, &name, &value))
    answer_set_header(copy, name, value);
  return copy;
}

void
answer_free(Answer *answer)
{
  if (answer == NULL)
    return;
  g_free(answer->content_type);
  secret_free(answer->body);
  g_hash_table_unref(answer->headers);
  g_clear_pointer(&answer->cookies, g_ptr_array_unref);
  session_stream_close(answer->stream);
  g_free(answer);
}
