/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/error.h"

static void
test_every_code_has_one_name(void)
{
  g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);
  for (int code = 0; code < CARAWAY_ERROR_LAST; code++) {
    const char *name = error_code_name(code);
    g_assert_true(g_hash_table_add(names, (gpointer)name));
    g_assert_cmpint(error_code_from_name(name), ==, code);
  }
}

static void
test_foreign_errors_are_internal(void)
{
  g_autoptr(GError) error = g_error_new(G_FILE_ERROR, G_FILE_ERROR_NOENT, "gone");
  g_assert_cmpstr(error_stable_name(error), ==, "internal");
  g_assert_null(error_get_reasons(error));
  g_assert_cmpstr(error_code_name(CARAWAY_ERROR_LAST), ==, "internal");
  g_assert_cmpstr(error_code_name(-1), ==, "internal");
}

static void
test_reasons_survive_a_copy(void)
{
  const char *const reasons[] = {"kvm1 is in maintenance", "kvm2 has 1.2 GiB", NULL};
  g_autoptr(GError) error = g_error_new(CARAWAY_ERROR, CARAWAY_ERROR_NO_CAPACITY, "no host has 4 GiB free");
  error_set_reasons(error, reasons);
  g_autoptr(GError) copy = g_error_copy(error);
  g_clear_error(&error);
  g_assert_cmpstrv(error_get_reasons(copy), reasons);
  g_assert_cmpstr(error_stable_name(copy), ==, "no-capacity");
}

static void
test_rules_are_reasons_too(void)
{
  const char *const reasons[] = {"kvm1 is full", NULL};
  g_autoptr(GPtrArray) rules = rule_list_new();
  g_ptr_array_add(rules, rule_new("entitled", TRUE, g_strdup("alice is entitled")));
  g_ptr_array_add(rules, rule_new("placement", FALSE, g_strdup("kvm1 is full")));
  g_autoptr(GError) error = g_error_new(CARAWAY_ERROR, CARAWAY_ERROR_NO_CAPACITY, "no host has room");
  error_set_rules(error, rules);
  g_autoptr(GError) copy = g_error_copy(error);
  g_clear_error(&error);
  g_assert_cmpstrv(error_get_reasons(copy), reasons);
  g_assert_cmpuint(error_get_rules(copy)->len, ==, 2);
  const Rule *first = g_ptr_array_index(error_get_rules(copy), 0);
  g_assert_true(first->ok);
  g_assert_cmpstr(first->name, ==, "entitled");
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/error/every-code-has-one-name", test_every_code_has_one_name);
  g_test_add_func("/error/foreign-errors-are-internal", test_foreign_errors_are_internal);
  g_test_add_func("/error/reasons-survive-a-copy", test_reasons_survive_a_copy);
  g_test_add_func("/error/rules-are-reasons-too", test_rules_are_reasons_too);
  return g_test_run();
}
