/* SPDX-License-Identifier: Apache-2.0 */
/* Every body of tests/corpus/json/bodies.txt: taken or refused as it says. */
#include "common/base/error.h"
#include "common/base/json.h"
#include "tests/support/corpus_line.h"

#include <string.h>

#define BODY_MAX  (64 * 1024)
#define CASES_MIN 150

static gboolean
is_taken(const char *line)
{
  GString *body = corpus_line_bytes(line);
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
  g_auto(GStrv) lines = corpus_lines(TEST_SOURCE_DIR, "json/bodies.txt");
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
