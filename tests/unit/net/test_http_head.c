/* SPDX-License-Identifier: Apache-2.0 */
#include "common/net/http_head.h"

#include <string.h>

static void
test_requests(void)
{
  static const struct {
    const char *text;
    HttpHeadParse result;
  } cases[] = {
      {"GET / HTTP/1.1\r\nHost: x\r\n\r\n", HTTP_HEAD_DONE},
      {"GET / HTTP/1.0\r\n\r\nbody", HTTP_HEAD_DONE},
      {"GET / HTTP/1.1\r\nHost: x\r\n", HTTP_HEAD_MORE},
      {"GET", HTTP_HEAD_MORE},
      {"GET / HTTP/2.0\r\n\r\n", HTTP_HEAD_BAD},
      {"GET  / HTTP/1.1\r\n\r\n", HTTP_HEAD_BAD},
      {"G\x01T / HTTP/1.1\r\n\r\n", HTTP_HEAD_BAD},
      {"GET / HTTP/1.1\nHost: x\n\n", HTTP_HEAD_BAD},
      {"GET / HTTP/1.1\r\nHost : x\r\n\r\n", HTTP_HEAD_BAD},
      {"GET / HTTP/1.1\r\nA: b\r\n folded\r\n\r\n", HTTP_HEAD_BAD},
      {"GET / HTTP/1.1\r\nA: b\rc\r\n\r\n", HTTP_HEAD_BAD},
      {"GET / HTTP/1.1\r\nA: b\x7f\r\n\r\n", HTTP_HEAD_BAD},
      {"GET / HTTP/1.1\r\nnothing\r\n\r\n", HTTP_HEAD_BAD},
      {"\r\nGET / HTTP/1.1\r\n\r\n", HTTP_HEAD_BAD},
  };
  HttpHead head;
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_test_message("%s", cases[i].text);
    g_assert_cmpint(http_head_parse_request(cases[i].text, strlen(cases[i].text), &head), ==,
                    cases[i].result);
  }
}

static void
test_large_heads_are_refused(void)
{
  g_autofree char *text = g_malloc(HTTP_HEAD_MAX + 1);
  HttpHead head;
  memset(text, 'a', HTTP_HEAD_MAX + 1);
  memcpy(text, "GET / HTTP/1.1\r\nA:", 18);
  g_assert_cmpint(http_head_parse_request(text, HTTP_HEAD_MAX - 1, &head), ==, HTTP_HEAD_MORE);
  g_assert_cmpint(http_head_parse_request(text, HTTP_HEAD_MAX, &head), ==, HTTP_HEAD_TOO_LARGE);
}

static void
test_too_many_fields_are_refused(void)
{
  g_autoptr(GString) text = g_string_new("GET / HTTP/1.1\r\n");
  HttpHead head;
  for (int i = 0; i <= HTTP_HEAD_MAX_FIELDS; i++)
    g_string_append(text, "A: b\r\n");
  g_string_append(text, "\r\n");
  g_assert_cmpint(http_head_parse_request(text->str, text->len, &head), ==, HTTP_HEAD_BAD);
}

static void
test_fields_are_found(void)
{
  static const char text[] = "GET /console HTTP/1.1\r\nhOST:  x \r\nConnection: keep-alive, Upgrade\r\n"
                             "Twice: 1\r\nTwice: 2\r\n\r\nrest";
  HttpHead head;
  g_assert_cmpint(http_head_parse_request(text, sizeof text - 1, &head), ==, HTTP_HEAD_DONE);
  g_autofree char *host = http_head_get(&head, "Host");
  g_autofree char *twice = http_head_get(&head, "Twice");
  g_assert_cmpstr(host, ==, "x");
  g_assert_null(twice);
  g_assert_true(http_head_has_token(&head, "connection", "upgrade"));
  g_assert_false(http_head_has_token(&head, "connection", "upgrad"));
  g_assert_true(http_text_equal(head.target, "/console"));
  g_assert_cmpstr(text + head.size, ==, "rest");
}

static void
test_responses(void)
{
  static const char good[] = "HTTP/1.1 410 Gone\r\nContent-Length: 2\r\n\r\n{}";
  static const char *const bad[] = {"HTTP/1.1 4x0 No\r\n\r\n", "HTTP/1.1 42\r\n\r\n",
                                    "HTTP/1.1 2000 OK\r\n\r\n", "SSH-2.0\r\n\r\n"};
  HttpHead head;
  g_assert_cmpint(http_head_parse_response(good, sizeof good - 1, &head), ==, HTTP_HEAD_DONE);
  g_assert_cmpuint(head.status, ==, 410);
  for (gsize i = 0; i < G_N_ELEMENTS(bad); i++)
    g_assert_cmpint(http_head_parse_response(bad[i], strlen(bad[i]), &head), ==, HTTP_HEAD_BAD);
}

static void
test_fields_are_counted_and_joined(void)
{
  static const char TEXT[] = "GET / HTTP/1.0\r\nCookie: a=1\r\ncookie: b=2\r\nHost: x\r\n\r\n";
  HttpHead head;
  g_assert_cmpint(http_head_parse_request(TEXT, sizeof TEXT - 1, &head), ==, HTTP_HEAD_DONE);
  g_assert_cmpuint(head.minor_version, ==, 0);
  g_assert_cmpuint(http_head_count(&head, "COOKIE"), ==, 2);
  g_assert_cmpuint(http_head_count(&head, "Cook"), ==, 0);
  g_autofree char *cookies = http_head_join(&head, "Cookie");
  g_autofree char *host = http_head_join(&head, "Host");
  g_assert_cmpstr(cookies, ==, "a=1, b=2");
  g_assert_cmpstr(host, ==, "x");
  g_assert_null(http_head_join(&head, "Origin"));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/http-head/requests", test_requests);
  g_test_add_func("/http-head/large", test_large_heads_are_refused);
  g_test_add_func("/http-head/many", test_too_many_fields_are_refused);
  g_test_add_func("/http-head/fields", test_fields_are_found);
  g_test_add_func("/http-head/counted", test_fields_are_counted_and_joined);
  g_test_add_func("/http-head/responses", test_responses);
  return g_test_run();
}
