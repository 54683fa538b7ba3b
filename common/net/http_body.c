/* SPDX-License-Identifier: Apache-2.0 */
#include "common/net/http_body.h"

#define LENGTH_DIGITS_MAX 18 /* of a gint64, with room */
#define CHUNK_DIGITS_MAX  8
#define EXTRA_MAX         4096 /* of extensions and trailers, which nobody reads */

static gboolean
read_length(const HttpHead *head, HttpBody *body)
{
  g_autofree char *text = http_head_get(head, "Content-Length");
  gsize digits = 0;
  for (; text != NULL && g_ascii_isdigit(text[digits]); digits++)
    ;
  if (digits == 0 || digits > LENGTH_DIGITS_MAX || text[digits] != '\0')
    return FALSE;
  body->length = body->remaining = g_ascii_strtoull(text, NULL, 10);
  return TRUE;
}

static gboolean
is_plainly_chunked(const HttpHead *head)
{
  g_autofree char *coding = http_head_get(head, "Transfer-Encoding");
  return coding != NULL && g_ascii_strcasecmp(coding, "chunked") == 0 && head->minor_version == 1;
}

gboolean
http_body_begin(const HttpHead *head, HttpBody *ret_body)
{
  HttpBody body = {.place = HTTP_BODY_AT_CONTENT};
  guint lengths = http_head_count(head, "Content-Length");
  guint codings = http_head_count(head, "Transfer-Encoding");
  if (lengths + codings > 1 || (lengths == 1 && !read_length(head, &body)) ||
      (codings == 1 && !is_plainly_chunked(head)))
    return FALSE;
  body.is_chunked = codings == 1;
  if (body.is_chunked)
    body.place = HTTP_BODY_AT_SIZE;
  *ret_body = body;
  return TRUE;
}

static gboolean
go(HttpBody *body, HttpBodyPlace place)
{
  body->place = place;
  return TRUE;
}

static gboolean
take_size(HttpBody *body, char c)
{
  if (g_ascii_isxdigit(c)) {
    body->remaining = body->remaining * 16 + (guint64)g_ascii_xdigit_value(c);
    return ++body->digits <= CHUNK_DIGITS_MAX;
  }
  if (body->digits == 0)
    return FALSE;
  if (c == ';')
    return go(body, HTTP_BODY_AT_EXTENSION);
  return c == '\r' && go(body, HTTP_BODY_AT_SIZE_LF);
}

/* A byte of what nobody reads: blanks and what can be seen, bounded; a CR must end the line. */
static gboolean
take_extra(HttpBody *body, char c, HttpBodyPlace after_cr)
{
  if (c == '\r')
    return go(body, after_cr);
  return (c == '\t' || (guchar)c >= ' ') && c != 0x7f && ++body->extra <= EXTRA_MAX;
}

static gboolean
take_trailer(HttpBody *body, char c)
{
  if (body->place == HTTP_BODY_AT_TRAILER && c == '\r')
    return go(body, HTTP_BODY_AT_LAST_LF);
  if (body->place == HTTP_BODY_AT_TRAILER && (c == ' ' || c == '\t')) /* a folded line */
    return FALSE;
  body->place = HTTP_BODY_IN_TRAILER;
  return take_extra(body, c, HTTP_BODY_AT_TRAILER_LF);
}

/* One byte of the framing between the chunks. */
static gboolean
take_frame(HttpBody *body, char c)
{
  switch (body->place) {
  case HTTP_BODY_AT_SIZE:
    return take_size(body, c);
  case HTTP_BODY_AT_EXTENSION:
    return take_extra(body, c, HTTP_BODY_AT_SIZE_LF);
  case HTTP_BODY_AT_SIZE_LF:
    return c == '\n' && go(body, body->remaining > 0 ? HTTP_BODY_AT_CONTENT : HTTP_BODY_AT_TRAILER);
  case HTTP_BODY_AT_CHUNK_CR:
    return c == '\r' && go(body, HTTP_BODY_AT_CHUNK_LF);
  case HTTP_BODY_AT_CHUNK_LF:
    body->digits = 0;
    return c == '\n' && go(body, HTTP_BODY_AT_SIZE);
  case HTTP_BODY_AT_TRAILER:
  case HTTP_BODY_IN_TRAILER:
    return take_trailer(body, c);
  case HTTP_BODY_AT_TRAILER_LF:
    return c == '\n' && go(body, HTTP_BODY_AT_TRAILER);
  case HTTP_BODY_AT_LAST_LF:
    return c == '\n' && go(body, HTTP_BODY_AT_END);
  case HTTP_BODY_AT_CONTENT:
  case HTTP_BODY_AT_END:
  default:
    return FALSE;
  }
}

static HttpBodyEvent
take_content(HttpBody *body, const char *bytes, gsize size, gsize used)
{
  gsize taken = (gsize)MIN((guint64)(size - used), body->remaining);
  body->remaining -= taken;
  if (body->remaining == 0)
    body->place = body->is_chunked ? HTTP_BODY_AT_CHUNK_CR : HTTP_BODY_AT_END;
  return (HttpBodyEvent){HTTP_BODY_DATA, used + taken, bytes + used, taken};
}

HttpBodyEvent
http_body_next(HttpBody *body, const char *bytes, gsize size)
{
  if (!body->is_chunked && body->remaining == 0)
    body->place = HTTP_BODY_AT_END;
  gsize used = 0;
  while (body->place != HTTP_BODY_AT_END && used < size) {
    if (body->place == HTTP_BODY_AT_CONTENT)
      return take_content(body, bytes, size, used);
    if (!take_frame(body, bytes[used]))
      return (HttpBodyEvent){.kind = HTTP_BODY_BAD, .used = used};
    used++;
  }
  return (HttpBodyEvent){.kind = body->place == HTTP_BODY_AT_END ? HTTP_BODY_DONE : HTTP_BODY_MORE,
                         .used = used};
}
