/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/text.h"

#include <string.h>

char *
text_cut(const char *text, gsize max_bytes)
{
  g_autofree char *valid = g_utf8_make_valid(text, (gssize)strnlen(text, max_bytes + 4));
  if (strlen(valid) <= max_bytes)
    return g_steal_pointer(&valid);
  const char *end = g_utf8_find_prev_char(valid, valid + max_bytes + 1);
  return g_strndup(valid, end != NULL ? (gsize)(end - valid) : 0);
}

/* U+202A … U+202E and U+2066 … U+2069: what follows them is shown in another order than it stands. */
static gboolean
turns_direction(gunichar character)
{
  return (character >= 0x202a && character <= 0x202e) || (character >= 0x2066 && character <= 0x2069);
}

static gboolean
is_plain(gunichar character)
{
  GUnicodeType type = g_unichar_type(character);
  gboolean is_nonexistent = (character & 0xfffe) == 0xfffe; /* XML has no way to write it either */
  return type != G_UNICODE_CONTROL && type != G_UNICODE_LINE_SEPARATOR &&
         type != G_UNICODE_PARAGRAPH_SEPARATOR && !turns_direction(character) && !is_nonexistent;
}

gboolean
text_is_plain(const char *text)
{
  if (!g_utf8_validate(text, -1, NULL))
    return FALSE;
  for (const char *c = text; *c != '\0'; c = g_utf8_next_char(c))
    if (!is_plain(g_utf8_get_char(c)))
      return FALSE;
  return TRUE;
}

char *
text_make_plain(const char *text)
{
  g_autofree char *valid = g_utf8_make_valid(text, -1);
  GString *plain = g_string_sized_new(strlen(valid));
  for (const char *c = valid; *c != '\0'; c = g_utf8_next_char(c))
    g_string_append_unichar(plain, is_plain(g_utf8_get_char(c)) ? g_utf8_get_char(c) : ' ');
  return g_string_free(plain, FALSE);
}

char *
text_escape(const char *text)
{
  g_autofree char *valid = g_utf8_make_valid(text, -1);
  GString *shown = g_string_sized_new(strlen(valid));
  for (const char *c = valid; *c != '\0'; c = g_utf8_next_char(c)) {
    gunichar character = g_utf8_get_char(c);
    if (is_plain(character) && g_unichar_type(character) != G_UNICODE_FORMAT)
      g_string_append_unichar(shown, character);
    else
      g_string_append_printf(shown, character < 0x100 ? "\\x%02x" : "\\u%04x", character);
  }
  return g_string_free(shown, FALSE);
}
