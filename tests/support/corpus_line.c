/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/corpus_line.h"

#include <string.h>

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

GString *
corpus_line_bytes(const char *line)
{
  g_autofree char *text = repeat_texts(line);
  return decode_bytes(text);
}

GStrv
corpus_lines(const char *folder, const char *file)
{
  g_autofree char *path = g_build_filename(folder, "..", "..", "corpus", file, NULL);
  g_autofree char *corpus = NULL;
  g_autoptr(GError) error = NULL;
  g_file_get_contents(path, &corpus, NULL, &error);
  g_assert_no_error(error);
  return g_strsplit(corpus, "\n", -1);
}
