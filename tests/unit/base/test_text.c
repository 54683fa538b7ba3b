/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/text.h"
#include "tests/support/hostile_texts.h"

#include <string.h>

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

static void
assert_plain(HostileKind kinds, gboolean is_plain)
{
  g_autoptr(GPtrArray) texts = hostile_texts(TEST_SOURCE_DIR, kinds);
  for (guint i = 0; i < texts->len; i++) {
    g_autofree char *plain = text_make_plain(texts->pdata[i]);
    g_assert_cmpint(text_is_plain(texts->pdata[i]), ==, is_plain);
    g_assert_true(text_is_plain(plain));
    g_assert_cmpint(strcmp(plain, texts->pdata[i]) == 0, ==, is_plain);
  }
}

static void
test_plain(void)
{
  assert_plain(HOSTILE_PLAIN, TRUE);
  assert_plain(HOSTILE_ACTS, FALSE);
  assert_plain(HOSTILE_BYTES, FALSE);
}

static void
test_make_plain(void)
{
  g_autofree char *plain = text_make_plain("a\x1b[31mb\nc\u202e\xc2\x9b"
                                           "d\xff");
  g_assert_cmpstr(plain, ==, "a [31mb c  d\uFFFD");
}

static void
test_escape(void)
{
  g_autofree char *shown = text_escape("é \x1b[31mb\n\u202e\xc2\x9b\u200b\U000e0041\x7f\xff実");
  g_assert_cmpstr(shown, ==, "é \\x1b[31mb\\x0a\\u202e\\x9b\\u200b\\ue0041\\x7f\uFFFD実");
  g_autoptr(GPtrArray) texts = hostile_texts(TEST_SOURCE_DIR, HOSTILE_ANY);
  for (guint i = 0; i < texts->len; i++) {
    g_autofree char *escaped = text_escape(texts->pdata[i]);
    g_assert_true(text_is_plain(escaped));
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/text/cut", test_cut);
  g_test_add_func("/text/plain", test_plain);
  g_test_add_func("/text/make-plain", test_make_plain);
  g_test_add_func("/text/escape", test_escape);
  return g_test_run();
}
