/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/ctl/ctl_audit_report.h"

#define CHAIN(rows, first, last)                                                                             \
  "{\"broker\":\"b1\",\"rows\":" rows ",\"seals\":2,\"unsealed\":1,\"first\":" first ",\"last\":" last       \
  ",\"seal\":4,\"generation\":1,\"hash\":\"abcd\",\"trimmed_rows\":7,\"trimmed\":null}"

static JsonObject *
parse(const char *text)
{
  g_autoptr(JsonNode) node = json_from_string(text, NULL);
  g_assert_nonnull(node);
  return json_object_ref(json_node_get_object(node));
}

static void
test_parts_add_up(void)
{
  g_autoptr(JsonObject) total = json_object_new();
  g_autoptr(JsonObject) first =
      parse("{\"unbroken\":true,\"break\":null,\"keys\":[],\"chains\":[" CHAIN("3", "null", "null") "]}");
  g_autoptr(JsonObject) second =
      parse("{\"unbroken\":true,\"break\":null,\"keys\":[],\"chains\":[" CHAIN("4", "null", "null") "]}");
  g_autoptr(GError) error = NULL;
  g_assert_true(ctl_audit_report_add(total, first, &error));
  g_assert_true(ctl_audit_report_add(total, second, &error));
  g_assert_no_error(error);
  g_assert_true(ctl_audit_report_is_unbroken(total));
  g_autofree char *text = ctl_audit_report_text(total);
  g_assert_cmpstr(text, ==,
                  "b1: 7 rows in 4 seals, from - to -; 1 rows are not sealed yet\n"
                  "  before them 7 rows were removed by retention\n"
                  "  newest seal 4, abcd\n"
                  "The audit log is unbroken: 7 rows were checked.\n");
}

static void
test_a_break_is_named(void)
{
  g_autoptr(JsonObject) total = json_object_new();
  g_autoptr(JsonObject) part = parse(
      "{\"unbroken\":false,\"break\":{\"broker\":\"b1\",\"seal\":2,\"row\":9,\"reason\":\"The \\u001b row\"},"
      "\"keys\":[],\"chains\":[]}");
  g_assert_true(ctl_audit_report_add(total, part, NULL));
  g_assert_false(ctl_audit_report_is_unbroken(total));
  g_autofree char *text = ctl_audit_report_text(total);
  g_assert_cmpstr(text, ==, "BROKEN in the chain of b1, seal 2, row 9: The \\x1b row\n");
}

static void
test_nonsense_is_not_unbroken(void)
{
  g_autoptr(JsonObject) total = json_object_new();
  g_autoptr(JsonObject) part = parse("{\"chains\":[1]}");
  g_assert_false(ctl_audit_report_add(total, part, NULL));
  g_assert_false(ctl_audit_report_is_unbroken(total));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/ctl_audit_report/parts-add-up", test_parts_add_up);
  g_test_add_func("/ctl_audit_report/a-break-is-named", test_a_break_is_named);
  g_test_add_func("/ctl_audit_report/nonsense-is-not-unbroken", test_nonsense_is_not_unbroken);
  return g_test_run();
}
