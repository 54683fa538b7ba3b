/* SPDX-License-Identifier: Apache-2.0 */
/* Every body of tests/corpus/json/bodies.txt: taken or refused as it says. */
#include "common/base/error.h"
#include "common/base/json.h"

#include <string.h>

#define CORPUS    TEST_SOURCE_DIR "/../../corpus/json/bodies.txt"
#define BODY_MAX  (64 * 1024)
#define CASES_MIN 150

/* %HH to a byte. */
static GString *
decode_bytes(const char *text)
{
  GString *bytes = g_string_new(NULL);
  for (; *text != '\0'; text++) {
    if (*text != '%') {
      g_string_append_c(bytes, *text);
      continue;
    }
    g_string_append_c(bytes, (char)(g_ascii_xdigit_value(text[1]) * 16 + g_ascii_xdigit_value(text[2])));
    text += 2;
  }
  return bytes;
}

/* <<N|TEXT>> to TEXT N times. */
static char *
repeat_texts(const char *line)
{
  GString *text = g_string_new(NULL);
  for (const char *begin; (begin = strstr(line, "<<")) != NULL;) {
    char *bar = NULL;
    guint64 count = g_ascii_strtoull(begin + 2, &bar, 10);
    const char *end = strstr(begin, ">>");
    g_assert_true(end != NULL && *bar == '|');
    g_string_append_len(text, line, begin - line);
    for (guint64 i = 0; i < count; i++)
      g_string_append_len(text, bar + 1, end - bar - 1);
    line = end + 2;
  }
  g_string_append(text, line);
  return g_string_free(text, FALSE);
}

static gboolean
is_taken(const char *line)
{
  g_autofree char *text = repeat_texts(line);
  GString *body = decode_bytes(text);
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonObject) object = json_parse_object(body->str, body->len, BODY_MAX, &error);
  g_string_free(body, TRUE);
  if (object == NULL)
    g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_MALFORMED);
  return object != NULL;
}

static void
test_corpus(void)
{
  g_autofree char *corpus = NULL;
  g_autoptr(GError) error = NULL;
  g_file_get_contents(CORPUS, &corpus, NULL, &error);
  g_assert_no_error(error);
  g_auto(GStrv) lines = g_strsplit(corpus, "\n", -1);
  guint cases = 0, wrong = 0;
  for (guint i = 0; lines[i] != NULL; i++) {
    gboolean yes = g_str_has_prefix(lines[i], "yes "), no = g_str_has_prefix(lines[i], "no ");
    if (!yes && !no)
      continue;
    cases++;
    if (is_taken(lines[i] + (yes ? 4 : 3)) == yes)
      continue;
    wrong++;
    g_printerr("line %u should %sbe taken: %s\n", i + 1, yes ? "" : "not ", lines[i]);
  }
  g_assert_cmpuint(wrong, ==, 0);
  g_assert_cmpuint(cases, >=, CASES_MIN);
}

static void
test_size(void)
{
  g_autofree char *text = g_strnfill(100, ' ');
  g_autoptr(GError) error = NULL;
  g_assert_null(json_parse_object(text, 100, 99, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_TOO_LARGE);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/json/corpus", test_corpus);
  g_test_add_func("/json/size", test_size);
  return g_test_run();
}
