/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/api/answer_head.h"

#include <libsoup/soup.h>
#include <string.h>

static void
add_header(gpointer name, gpointer value, gpointer text)
{
  g_string_append_printf(text, "%s: %s\r\n", (char *)name, (char *)value);
}

static void
add_framing(GString *text, const Answer *answer, gboolean chunked)
{
  if (answer->stream != NULL)
    g_string_append_printf(text, "Content-Type: text/event-stream\r\nX-Accel-Buffering: no\r\n%s",
                           chunked ? "Transfer-Encoding: chunked\r\n" : "");
  else if (answer->status != 204) /* RFC 9110 8.6: no length where there can be no content */
    g_string_append_printf(text, "Content-Length: %zu\r\n", answer->body != NULL ? strlen(answer->body) : 0);
  if (answer->stream == NULL && answer->body != NULL)
    g_string_append_printf(text, "Content-Type: %s\r\n", answer->content_type);
}

char *
answer_head_text(const Answer *answer, const AnswerHeadFacts *facts)
{
  GString *text = g_string_sized_new(512);
  g_string_append_printf(text,
                         "HTTP/1.1 %u %s\r\nDate: %s\r\nCache-Control: no-store\r\n"
                         "X-Content-Type-Options: nosniff\r\n",
                         answer->status, soup_status_get_phrase(answer->status), facts->date);
  g_hash_table_foreach(answer->headers, add_header, text);
  for (guint i = 0; answer->cookies != NULL && i < answer->cookies->len; i++)
    g_string_append_printf(text, "Set-Cookie: %s\r\n", (char *)g_ptr_array_index(answer->cookies, i));
  add_framing(text, answer, facts->chunked);
  if (facts->is_last)
    g_string_append(text, "Connection: close\r\n");
  g_string_append(text, "\r\n");
  return g_string_free(text, FALSE);
}
