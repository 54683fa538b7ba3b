/* SPDX-License-Identifier: Apache-2.0 */
#include "common/wire/epoch.h"

static void
test_parse(void)
{
  Epoch epoch;
  g_assert_true(epoch_parse("1.7", &epoch));
  g_assert_cmpuint(epoch.generation, ==, 1);
  g_assert_cmpuint(epoch.counter, ==, 7);
  g_assert_true(epoch_parse("0.9223372036854775807", &epoch));
  g_autofree char *text = epoch_text(epoch);
  g_assert_cmpstr(text, ==, "0.9223372036854775807");
}

static void
test_wrong(void)
{
  static const char *const WRONG[] = {NULL,   "",     "1",    "1.",    ".1",
                                      "01.1", "1.01", "-1.1", "1.1.1", "1.9223372036854775808",
                                      " 1.1", "1.1 ", "1,1",  "a.b",   "1.99999999999999999999999"};
  for (gsize i = 0; i < G_N_ELEMENTS(WRONG); i++) {
    Epoch epoch = {42, 42};
    g_assert_false(epoch_parse(WRONG[i], &epoch));
    g_assert_cmpuint(epoch.counter, ==, 42);
  }
}

static void
test_compare(void)
{
  g_assert_cmpint(epoch_compare((Epoch){1, 9}, (Epoch){2, 1}), <, 0);
  g_assert_cmpint(epoch_compare((Epoch){2, 1}, (Epoch){2, 1}), ==, 0);
  g_assert_cmpint(epoch_compare((Epoch){2, 2}, (Epoch){2, 1}), >, 0);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/epoch/parse", test_parse);
  g_test_add_func("/epoch/wrong", test_wrong);
  g_test_add_func("/epoch/compare", test_compare);
  return g_test_run();
}
