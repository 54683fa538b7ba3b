/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/hostile_texts.h"

#include "tests/support/corpus_line.h"

#include <string.h>

#define CASES_MIN 5
#define MIXED_MAX 4

static const struct {
  const char *word;
  HostileKind kind;
} words[] = {{"plain ", HOSTILE_PLAIN}, {"acts ", HOSTILE_ACTS}, {"bytes ", HOSTILE_BYTES}};

static void
add_line(GPtrArray *texts, const char *line, HostileKind kinds)
{
  for (guint i = 0; i < G_N_ELEMENTS(words); i++)
    if ((words[i].kind & kinds) != 0 && g_str_has_prefix(line, words[i].word))
      g_ptr_array_add(texts, g_string_free(corpus_line_bytes(line + strlen(words[i].word)), FALSE));
}

static char *
mix(const GPtrArray *texts, guint count)
{
  GString *mixed = g_string_new(NULL);
  for (gint parts = g_test_rand_int_range(2, MIXED_MAX + 1); parts > 0; parts--)
    g_string_append(mixed, texts->pdata[g_test_rand_int_range(0, (gint32)count)]);
  return g_string_free(mixed, FALSE);
}

GPtrArray *
hostile_texts(const char *folder, HostileKind kinds)
{
  GPtrArray *texts = g_ptr_array_new_with_free_func(g_free);
  g_auto(GStrv) lines = corpus_lines(folder, "texts/hostile.txt");
  for (guint i = 0; lines[i] != NULL; i++)
    add_line(texts, lines[i], kinds);
  guint count = texts->len;
  g_assert_cmpuint(count, >=, CASES_MIN);
  for (guint i = 0; i < count; i++)
    g_ptr_array_add(texts, mix(texts, count));
  return texts;
}
