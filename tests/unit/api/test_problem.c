/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/api/problem.h"
#include "common/base/error.h"
#include "common/base/json.h"

#include <string.h>

static JsonObject *
parse(const Answer *answer)
{
  g_autoptr(GError) error = NULL;
  JsonObject *object = json_parse_object(answer->body, strlen(answer->body), 65536, &error);
  g_assert_no_error(error);
  return object;
}

static void
test_every_code_has_a_status(void)
{
  for (int code = 0; code < CARAWAY_ERROR_LAST; code++) {
    g_autoptr(GError) error = g_error_new_literal(CARAWAY_ERROR, code, "Some sentence.");
    guint status = problem_status(error);
    g_assert_cmpuint(status, >=, 400);
    g_assert_cmpuint(status, <, 600);
    g_assert_true((status == 500) == (code == CARAWAY_ERROR_INTERNAL || code == CARAWAY_ERROR_CONFIG ||
                                      code == CARAWAY_ERROR_PORT_TAKEN));
  }
}

static void
test_document(void)
{
  static const char *const REASONS[] = {"kvm1 is in maintenance", "kvm2 has 1.2 GiB", NULL};
  g_autoptr(GError) cause =
      g_error_new_literal(CARAWAY_ERROR, CARAWAY_ERROR_NO_CAPACITY, "No host has 4 GiB free.");
  error_set_reasons(cause, REASONS);
  g_autoptr(Answer) answer = answer_new();
  problem_set(answer, cause);
  g_assert_cmpuint(answer->status, ==, 409);
  g_assert_cmpstr(answer->content_type, ==, "application/problem+json");
  g_autoptr(JsonObject) document = parse(answer);
  g_assert_cmpstr(json_object_get_string_member(document, "code"), ==, "no-capacity");
  g_assert_cmpstr(json_object_get_string_member(document, "detail"), ==, "No host has 4 GiB free.");
  g_assert_cmpint(json_object_get_int_member(document, "status"), ==, 409);
  g_assert_cmpuint(json_array_get_length(json_object_get_array_member(document, "reasons")), ==, 2);
}

static void
test_rules(void)
{
  g_autoptr(GError) cause = g_error_new_literal(CARAWAY_ERROR, CARAWAY_ERROR_NOT_ENTITLED, "No.");
  g_autoptr(GPtrArray) rules = rule_list_new();
  g_ptr_array_add(rules, rule_new("pool-exists", TRUE, g_strdup("office is a floating pool.")));
  g_ptr_array_add(rules, rule_new("entitled", FALSE, g_strdup("alice is not entitled.")));
  error_set_rules(cause, rules);
  g_autoptr(Answer) answer = answer_new();
  problem_set(answer, cause);
  g_autoptr(JsonObject) document = parse(answer);
  JsonArray *shown = json_object_get_array_member(document, "rules");
  g_assert_cmpuint(json_array_get_length(shown), ==, 2);
  JsonObject *last = json_array_get_object_element(shown, 1);
  g_assert_cmpstr(json_object_get_string_member(last, "rule"), ==, "entitled");
  g_assert_false(json_object_get_boolean_member(last, "ok"));
  g_assert_cmpstr(json_object_get_string_member(last, "text"), ==, "alice is not entitled.");
  JsonArray *reasons = json_object_get_array_member(document, "reasons");
  g_assert_cmpuint(json_array_get_length(reasons), ==, 1);
}

/* A path or a SQL text in an internal error is for the log alone. */
static void
test_foreign_errors_are_not_shown(void)
{
  g_autoptr(GError) cause = g_error_new_literal(G_FILE_ERROR, G_FILE_ERROR_ACCES, "/secret/place");
  g_autoptr(Answer) answer = answer_new();
  problem_set(answer, cause);
  g_assert_cmpuint(answer->status, ==, 500);
  g_assert_null(strstr(answer->body, "/secret/place"));
  g_assert_nonnull(strstr(answer->body, "\"code\":\"internal\""));
}

static void
test_headers(void)
{
  g_autoptr(GError) cause = g_error_new_literal(CARAWAY_ERROR, CARAWAY_ERROR_OVERLOADED, "Busy.");
  g_autoptr(Answer) answer = answer_new();
  problem_set(answer, cause);
  g_assert_cmpstr(g_hash_table_lookup(answer->headers, "Retry-After"), ==, "2");
}

static void
test_header_values_have_no_line_breaks(void)
{
  g_autoptr(Answer) answer = answer_new();
  answer_set_header(answer, "Content-Disposition", "a\r\nSet-Cookie: x=1");
  g_assert_cmpstr(g_hash_table_lookup(answer->headers, "Content-Disposition"), ==, "a  Set-Cookie: x=1");
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_log_set_always_fatal(G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);
  g_test_add_func("/problem/status", test_every_code_has_a_status);
  g_test_add_func("/problem/document", test_document);
  g_test_add_func("/problem/rules", test_rules);
  g_test_add_func("/problem/foreign", test_foreign_errors_are_not_shown);
  g_test_add_func("/problem/headers", test_headers);
  g_test_add_func("/problem/line-breaks", test_header_values_have_no_line_breaks);
  return g_test_run();
}
