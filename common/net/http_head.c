/* SPDX-License-Identifier: Apache-2.0 */
#include "common/net/http_head.h"

#include <string.h>

gboolean
http_text_equal(HttpText text, const char *other)
{
  return text.length == strlen(other) && memcmp(text.start, other, text.length) == 0;
}

static gboolean
text_equal_any_case(HttpText text, const char *other)
{
  return text.length == strlen(other) && g_ascii_strncasecmp(text.start, other, text.length) == 0;
}

/* RFC 9110, 5.6.2 */
static gboolean
is_token(HttpText text)
{
  for (gsize i = 0; i < text.length; i++)
    if (!g_ascii_isalnum(text.start[i]) &&
        (text.start[i] == '\0' || !strchr("!#$%&'*+-.^_`|~", text.start[i])))
      return FALSE;
  return text.length > 0;
}

static gboolean
is_visible(HttpText text, gboolean blanks_too)
{
  for (gsize i = 0; i < text.length; i++) {
    guchar c = (guchar)text.start[i];
    gboolean blank = c == ' ' || c == '\t';
    if (c == 0x7f || (blank ? !blanks_too : c < 0x21))
      return FALSE;
  }
  return TRUE;
}

static HttpText
trim(HttpText text)
{
  while (text.length > 0 && (text.start[0] == ' ' || text.start[0] == '\t')) {
    text.start++;
    text.length--;
  }
  while (text.length > 0 && (text.start[text.length - 1] == ' ' || text.start[text.length - 1] == '\t'))
    text.length--;
  return text;
}

/* Cuts @line at the first @separator; FALSE when there is none. */
static gboolean
cut(HttpText line, char separator, HttpText *ret_before, HttpText *ret_after)
{
  const char *at = memchr(line.start, separator, line.length);
  if (at == NULL)
    return FALSE;
  gsize before = (gsize)(at - line.start);
  *ret_before = (HttpText){line.start, before};
  *ret_after = (HttpText){at + 1, line.length - before - 1};
  return TRUE;
}

static gboolean
read_version(HttpText text, HttpHead *head)
{
  head->minor_version = http_text_equal(text, "HTTP/1.1");
  return head->minor_version == 1 || http_text_equal(text, "HTTP/1.0");
}

static gboolean
parse_request_line(HttpText line, HttpHead *head)
{
  HttpText rest, version;
  return cut(line, ' ', &head->method, &rest) && cut(rest, ' ', &head->target, &version) &&
         is_token(head->method) && head->target.length > 0 && is_visible(head->target, FALSE) &&
         read_version(version, head);
}

static gboolean
parse_status_line(HttpText line, HttpHead *head)
{
  HttpText version, rest;
  if (!cut(line, ' ', &version, &rest) || !read_version(version, head) || rest.length < 3 ||
      (rest.length > 3 && rest.start[3] != ' ') || !is_visible(rest, TRUE))
    return FALSE;
  for (int i = 0; i < 3; i++) {
    if (!g_ascii_isdigit(rest.start[i]))
      return FALSE;
    head->status = head->status * 10 + (guint)(rest.start[i] - '0');
  }
  return head->status >= 100;
}

static gboolean
parse_field(HttpText line, HttpHead *head)
{
  HttpText name, value;
  if (head->field_count == HTTP_HEAD_MAX_FIELDS || !cut(line, ':', &name, &value) || !is_token(name))
    return FALSE;
  value = trim(value);
  if (!is_visible(value, TRUE))
    return FALSE;
  head->fields[head->field_count].name = name;
  head->fields[head->field_count++].value = value;
  return TRUE;
}

/* The next line without its CRLF; MORE when its end is not there, BAD for a bare CR or LF. */
static HttpHeadParse
next_line(const char *bytes, gsize size, gsize *offset, HttpText *ret_line)
{
  const char *start = bytes + *offset;
  const char *end = memchr(start, '\n', size - *offset);
  if (end == NULL)
    return HTTP_HEAD_MORE;
  gsize length = (gsize)(end - start);
  if (length == 0 || start[length - 1] != '\r' || memchr(start, '\r', length - 1) != NULL)
    return HTTP_HEAD_BAD;
  *ret_line = (HttpText){start, length - 1};
  *offset += length + 1;
  return HTTP_HEAD_DONE;
}

static HttpHeadParse
parse(const char *bytes, gsize size, gboolean (*parse_first)(HttpText, HttpHead *), HttpHead *ret_head)
{
  gsize bounded = MIN(size, HTTP_HEAD_MAX), offset = 0;
  HttpHead head = {0};
  for (gboolean first = TRUE;; first = FALSE) {
    HttpText line;
    HttpHeadParse result = next_line(bytes, bounded, &offset, &line);
    if (result == HTTP_HEAD_MORE)
      return size >= HTTP_HEAD_MAX ? HTTP_HEAD_TOO_LARGE : HTTP_HEAD_MORE;
    if (result == HTTP_HEAD_BAD)
      return result;
    if (line.length == 0 && !first)
      break;
    if (!(first ? parse_first(line, &head) : parse_field(line, &head)))
      return HTTP_HEAD_BAD;
  }
  head.size = offset;
  *ret_head = head;
  return HTTP_HEAD_DONE;
}

HttpHeadParse
http_head_parse_request(const char *bytes, gsize size, HttpHead *ret_head)
{
  return parse(bytes, size, parse_request_line, ret_head);
}

HttpHeadParse
http_head_parse_response(const char *bytes, gsize size, HttpHead *ret_head)
{
  return parse(bytes, size, parse_status_line, ret_head);
}

char *
http_head_get(const HttpHead *head, const char *name)
{
  const HttpText *found = NULL;
  for (guint i = 0; i < head->field_count; i++) {
    if (!text_equal_any_case(head->fields[i].name, name))
      continue;
    if (found != NULL)
      return NULL;
    found = &head->fields[i].value;
  }
  return found != NULL ? g_strndup(found->start, found->length) : NULL;
}

guint
http_head_count(const HttpHead *head, const char *name)
{
  guint count = 0;
  for (guint i = 0; i < head->field_count; i++)
    count += text_equal_any_case(head->fields[i].name, name);
  return count;
}

char *
http_head_join(const HttpHead *head, const char *name)
{
  GString *joined = NULL;
  for (guint i = 0; i < head->field_count; i++) {
    if (!text_equal_any_case(head->fields[i].name, name))
      continue;
    if (joined == NULL)
      joined = g_string_new(NULL);
    else
      g_string_append(joined, ", ");
    g_string_append_len(joined, head->fields[i].value.start, (gssize)head->fields[i].value.length);
  }
  return joined != NULL ? g_string_free(joined, FALSE) : NULL;
}

gboolean
http_head_has_token(const HttpHead *head, const char *name, const char *token)
{
  for (guint i = 0; i < head->field_count; i++) {
    if (!text_equal_any_case(head->fields[i].name, name))
      continue;
    HttpText rest = head->fields[i].value, item;
    while (cut(rest, ',', &item, &rest))
      if (text_equal_any_case(trim(item), token))
        return TRUE;
    if (text_equal_any_case(trim(rest), token))
      return TRUE;
  }
  return FALSE;
}
