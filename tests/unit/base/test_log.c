/* SPDX-License-Identifier: Apache-2.0 */
/* What is logged of a peer's texts stays on its line and in its field. */
#include "common/base/log.h"
#include "common/base/text.h"
#include "tests/support/hostile_texts.h"

#include <string.h>
#include <unistd.h>

typedef struct {
  int kept, file;
  char *path;
} Capture;

/* Standard error goes to a file till it is read. */
static Capture
capture_begin(void)
{
  Capture capture = {.kept = dup(STDERR_FILENO)};
  g_autoptr(GError) error = NULL;
  capture.file = g_file_open_tmp("caraway-log-XXXXXX", &capture.path, &error);
  g_assert_no_error(error);
  g_assert_cmpint(dup2(capture.file, STDERR_FILENO), ==, STDERR_FILENO);
  return capture;
}

static char *
capture_end(Capture *capture)
{
  char *text = NULL;
  dup2(capture->kept, STDERR_FILENO);
  g_assert_true(g_file_get_contents(capture->path, &text, NULL, NULL));
  unlink(capture->path);
  close(capture->kept);
  close(capture->file);
  g_free(capture->path);
  return text;
}

static void
assert_line(const char *line)
{
  g_assert_true(text_is_plain(line));
  g_assert_true(g_regex_match_simple("^[0-9]{2}:[0-9]{2}:[0-9]{2} info test: before ", line, 0, 0));
  /* The value is a word, or in quotes that nothing in it ends. */
  g_assert_true(
      g_regex_match_simple(" after user=([^ =\"\\\\]+|\"(?:[^\"]|\\\\\")*\") code=end$", line, 0, 0));
}

static void
test_one_line_each(void)
{
  g_autoptr(GPtrArray) texts = hostile_texts(TEST_SOURCE_DIR, HOSTILE_ANY);
  Capture capture = capture_begin();
  for (guint i = 0; i < texts->len; i++)
    log_write(LOG_LEVEL_INFO, LOG_FIELDS(.user = texts->pdata[i], .code = "end"), "before %s after",
              (const char *)texts->pdata[i]);
  g_autofree char *written = capture_end(&capture);
  g_auto(GStrv) lines = g_strsplit(written, "\n", -1);
  g_assert_cmpuint(g_strv_length(lines), ==, texts->len + 1);
  for (guint i = 0; i < texts->len; i++)
    assert_line(lines[i]);
}

static void
test_values_are_words_or_quoted(void)
{
  static const struct {
    const char *value, *shown;
  } rows[] = {{"demo", "user=demo\n"},
              {"", "user=\"\"\n"},
              {"x code=ok", "user=\"x code=ok\"\n"},
              {"a\"b", "user=\"a\\\"b\"\n"},
              {"a\nb", "user=\"a\\x0ab\"\n"}};
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    Capture capture = capture_begin();
    log_write(LOG_LEVEL_INFO, LOG_FIELDS(.user = rows[i].value), "m");
    g_autofree char *written = capture_end(&capture);
    g_assert_true(g_str_has_suffix(written, rows[i].shown));
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  log_init("test", LOG_LEVEL_INFO);
  g_test_add_func("/log/one-line-each", test_one_line_each);
  g_test_add_func("/log/values", test_values_are_words_or_quoted);
  return g_test_run();
}
