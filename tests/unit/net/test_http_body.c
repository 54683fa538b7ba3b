/* SPDX-License-Identifier: Apache-2.0 */
#include "common/net/http_body.h"

#include <string.h>

#define CHUNKED "Transfer-Encoding: chunked\r\n"

static gboolean
begin(const char *version, const char *fields, HttpBody *body)
{
  g_autofree char *text = g_strdup_printf("POST / HTTP/%s\r\n%s\r\n", version, fields);
  HttpHead head;
  g_assert_cmpint(http_head_parse_request(text, strlen(text), &head), ==, HTTP_HEAD_DONE);
  return http_body_begin(&head, body);
}

static void
test_one_end_or_none(void)
{
  static const struct {
    const char *version, *fields;
    gboolean good;
    gboolean is_chunked;
    guint64 length;
  } cases[] = {
      {"1.1", "", TRUE, FALSE, 0},
      {"1.1", "Content-Length: 0\r\n", TRUE, FALSE, 0},
      {"1.0", "content-length: 17\r\n", TRUE, FALSE, 17},
      {"1.1", "Content-Length: 000000000000000017\r\n", TRUE, FALSE, 17},
      {"1.1", "transfer-encoding: Chunked\r\n", TRUE, TRUE, 0},
      {"1.1", "Content-Length: 5\r\nContent-Length: 5\r\n", FALSE},
      {"1.1", "Content-Length: 5\r\n" CHUNKED, FALSE},
      {"1.1", CHUNKED CHUNKED, FALSE},
      {"1.0", CHUNKED, FALSE},
      {"1.1", "Transfer-Encoding: gzip, chunked\r\n", FALSE},
      {"1.1", "Transfer-Encoding: identity\r\n", FALSE},
      {"1.1", "Transfer-Encoding:\r\n", FALSE},
      {"1.1", "Content-Length:\r\n", FALSE},
      {"1.1", "Content-Length: 5, 5\r\n", FALSE},
      {"1.1", "Content-Length: +5\r\n", FALSE},
      {"1.1", "Content-Length: -5\r\n", FALSE},
      {"1.1", "Content-Length: 5 5\r\n", FALSE},
      {"1.1", "Content-Length: 0x5\r\n", FALSE},
      {"1.1", "Content-Length: 1234567890123456789\r\n", FALSE},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    HttpBody body;
    g_test_message("%s", cases[i].fields);
    g_assert_cmpint(begin(cases[i].version, cases[i].fields, &body), ==, cases[i].good);
    if (!cases[i].good)
      continue;
    g_assert_cmpint(body.is_chunked, ==, cases[i].is_chunked);
    g_assert_cmpuint(body.length, ==, cases[i].length);
  }
}

/* Reads @text in pieces of at most @piece bytes; returns the last event's kind, and what was content. */
static HttpBodyEventKind
read_all(HttpBody body, const char *text, gsize piece, GString *content, gsize *ret_used)
{
  gsize used = 0, size = strlen(text);
  HttpBodyEvent event = {.kind = HTTP_BODY_MORE};
  do {
    event = http_body_next(&body, text + used, MIN(piece, size - used));
    used += event.used;
    if (event.kind == HTTP_BODY_DATA)
      g_string_append_len(content, event.data, (gssize)event.size);
  } while (event.kind == HTTP_BODY_DATA || (event.kind == HTTP_BODY_MORE && used < size));
  *ret_used = used;
  return event.kind;
}

static void
test_bodies_in_pieces(void)
{
  static const struct {
    const char *fields, *text;
    HttpBodyEventKind kind;
    const char *content, *left;
  } cases[] = {
      {"", "GET", HTTP_BODY_DONE, "", "GET"},
      {"Content-Length: 5\r\n", "hello", HTTP_BODY_DONE, "hello", ""},
      {"Content-Length: 5\r\n", "helloGET", HTTP_BODY_DONE, "hello", "GET"},
      {"Content-Length: 5\r\n", "hell", HTTP_BODY_MORE, "hell", ""},
      {CHUNKED, "0\r\n\r\nGET", HTTP_BODY_DONE, "", "GET"},
      {CHUNKED, "5\r\nhello\r\n1;a=\"b\"\r\n!\r\n000\r\nX: y\r\nZ:\r\n\r\nGET", HTTP_BODY_DONE, "hello!",
       "GET"},
      {CHUNKED, "a\r\n0123456789\r\n0\r\n", HTTP_BODY_MORE, "0123456789", ""},
      {CHUNKED, "\r\n", HTTP_BODY_BAD, "", NULL},
      {CHUNKED, "-1\r\n", HTTP_BODY_BAD, "", NULL},
      {CHUNKED, "0x1\r\n", HTTP_BODY_BAD, "", NULL},
      {CHUNKED, "1 \r\na\r\n", HTTP_BODY_BAD, "", NULL},
      {CHUNKED, "000000001\r\n", HTTP_BODY_BAD, "", NULL},
      {CHUNKED, "1\na\r\n", HTTP_BODY_BAD, "", NULL},
      {CHUNKED, "1;a\nb\r\n", HTTP_BODY_BAD, "", NULL},
      {CHUNKED, "1;\x01\r\n", HTTP_BODY_BAD, "", NULL},
      {CHUNKED, "1\r\nab\r\n", HTTP_BODY_BAD, "a", NULL},
      {CHUNKED, "1\r\na\n", HTTP_BODY_BAD, "a", NULL},
      {CHUNKED, "0\r\n x\r\n\r\n", HTTP_BODY_BAD, "", NULL},
      {CHUNKED, "0\r\nX: y\n\r\n", HTTP_BODY_BAD, "", NULL},
      {CHUNKED, "0\r\n\rx", HTTP_BODY_BAD, "", NULL},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    HttpBody body;
    g_assert_true(begin("1.1", cases[i].fields, &body));
    for (gsize piece = 1; piece <= 64; piece *= 4) {
      g_autoptr(GString) content = g_string_new(NULL);
      gsize used = 0;
      g_test_message("%s by %zu", cases[i].text, piece);
      g_assert_cmpint(read_all(body, cases[i].text, piece, content, &used), ==, cases[i].kind);
      g_assert_cmpstr(content->str, ==, cases[i].content);
      if (cases[i].left != NULL)
        g_assert_cmpstr(cases[i].text + used, ==, cases[i].left);
    }
  }
}

static void
test_what_nobody_reads_is_bounded(void)
{
  g_autofree char *filler = g_strnfill(5000, 'a');
  g_autofree char *extension = g_strconcat("1;", filler, NULL);
  g_autofree char *trailer = g_strconcat("0\r\nX: ", filler, NULL);
  const char *texts[] = {extension, trailer};
  for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
    HttpBody body;
    g_autoptr(GString) content = g_string_new(NULL);
    gsize used = 0;
    g_assert_true(begin("1.1", CHUNKED, &body));
    g_assert_cmpint(read_all(body, texts[i], 512, content, &used), ==, HTTP_BODY_BAD);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/http_body/one-end-or-none", test_one_end_or_none);
  g_test_add_func("/http_body/bodies-in-pieces", test_bodies_in_pieces);
  g_test_add_func("/http_body/what-nobody-reads-is-bounded", test_what_nobody_reads_is_bounded);
  return g_test_run();
}
