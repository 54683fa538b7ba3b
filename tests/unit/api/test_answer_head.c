/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/api/answer_head.h"

#include <string.h>

static void
test_with_a_body(void)
{
  g_autoptr(Answer) answer = answer_new();
  answer_set_text(answer, 200, "text/plain", g_strdup("hello"));
  answer_set_header(answer, "ETag", "\"1\"\r\nX: y");
  const AnswerHeadFacts facts = {.date = "today", .is_last = TRUE};
  g_autofree char *text = answer_head_text(answer, &facts);
  g_assert_cmpstr(
      text, ==,
      "HTTP/1.1 200 OK\r\nDate: today\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"
      "ETag: \"1\"  X: y\r\nContent-Length: 5\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n");
}

static void
test_without_a_body(void)
{
  g_autoptr(Answer) answer = answer_new();
  const AnswerHeadFacts facts = {.date = "today"};
  g_autofree char *none = answer_head_text(answer, &facts);
  g_assert_null(strstr(none, "Content-Length"));
  g_assert_null(strstr(none, "Connection"));
  answer->status = 202;
  g_autofree char *empty = answer_head_text(answer, &facts);
  g_assert_nonnull(strstr(empty, "Content-Length: 0\r\n"));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/answer-head/body", test_with_a_body);
  g_test_add_func("/answer-head/none", test_without_a_body);
  return g_test_run();
}
