/* SPDX-License-Identifier: Apache-2.0 */
/* A request's framing: whoever reads it at once and whoever reads it byte by byte see one body and one end.
 */
#include "common/net/http_body.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static HttpBodyEventKind
read_all(HttpBody body, const char *bytes, gsize size, gsize piece, GByteArray *content, gsize *ret_used)
{
  HttpBodyEvent event = {.kind = HTTP_BODY_MORE};
  gsize used = 0;
  do {
    event = http_body_next(&body, bytes + used, MIN(piece, size - used));
    g_assert_cmpuint(event.used, <=, MIN(piece, size - used));
    used += event.used;
    if (event.kind == HTTP_BODY_DATA)
      g_byte_array_append(content, (const guint8 *)event.data, (guint)event.size);
  } while (event.kind == HTTP_BODY_DATA || (event.kind == HTTP_BODY_MORE && used < size));
  *ret_used = used;
  return event.kind;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  const char *bytes = (const char *)data;
  HttpHead head;
  HttpBody body;
  if (http_head_parse_request(bytes, size, &head) != HTTP_HEAD_DONE || !http_body_begin(&head, &body))
    return 0;
  g_assert_false(body.is_chunked && http_head_count(&head, "Content-Length") > 0);
  g_autoptr(GByteArray) whole = g_byte_array_new();
  g_autoptr(GByteArray) single = g_byte_array_new();
  gsize whole_used = 0, single_used = 0;
  const char *rest = bytes + head.size;
  HttpBodyEventKind kind = read_all(body, rest, size - head.size, size + 1, whole, &whole_used);
  g_assert_cmpint(read_all(body, rest, size - head.size, 1, single, &single_used), ==, kind);
  g_assert_cmpmem(whole->data, whole->len, single->data, single->len);
  g_assert_cmpuint(whole_used, ==, single_used);
  g_assert_true(body.is_chunked || kind != HTTP_BODY_DONE || whole->len == body.length);
  return 0;
}
