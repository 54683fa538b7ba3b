/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/text.h"

static void
test_cut(void)
{
  static const struct {
    const char *text;
    gsize max_bytes;
    const char *cut;
  } cases[] = {
      {"", 4, ""},
      {"desktop", 7, "desktop"},
      {"desktop", 4, "desk"},
      {"caf\xc3\xa9", 5, "caf\xc3\xa9"},
      {"caf\xc3\xa9s", 5, "caf\xc3\xa9"},
      {"caf\xc3\xa9", 4, "caf"},
      {"\xf0\x9f\x98\x80", 3, ""},
      {"a\xff", 4, "a\xef\xbf\xbd"},
      {"a\xff", 3, "a"},
      {"text", 0, ""},
  };
  for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *cut = text_cut(cases[i].text, cases[i].max_bytes);
    g_assert_cmpstr(cut, ==, cases[i].cut);
    g_assert_true(g_utf8_validate(cut, -1, NULL));
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/text/cut", test_cut);
  return g_test_run();
}
