/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/json_scan.h"

#include <math.h>
#include <string.h>

#define WORD_MAX 400 /* digits of a number: more than any that fits */

typedef struct {
  const char *at, *end;
} Cursor;

static gboolean
is_space(char c)
{
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* --- strings --- */

/* The four digits of \uXXXX. */
static gboolean
take_unit(Cursor *cursor, guint *ret_unit)
{
  if (cursor->end - cursor->at < 4)
    return FALSE;
  guint unit = 0;
  for (guint i = 0; i < 4; i++) {
    int digit = g_ascii_xdigit_value(*cursor->at++);
    if (digit < 0)
      return FALSE;
    unit = unit * 16 + (guint)digit;
  }
  *ret_unit = unit;
  return TRUE;
}

/* json-glib ends the text at U+0000, so that "admin\u0000x" would be "admin". */
static gboolean
take_unicode(Cursor *cursor)
{
  guint unit, low;
  if (!take_unit(cursor, &unit) || unit == 0 || (unit >= 0xDC00 && unit <= 0xDFFF))
    return FALSE;
  if (unit < 0xD800 || unit > 0xDBFF)
    return TRUE;
  if (cursor->end - cursor->at < 2 || cursor->at[0] != '\\' || cursor->at[1] != 'u')
    return FALSE;
  cursor->at += 2;
  return take_unit(cursor, &low) && low >= 0xDC00 && low <= 0xDFFF;
}

static gboolean
take_escape(Cursor *cursor)
{
  if (cursor->at == cursor->end)
    return FALSE;
  char c = *cursor->at++;
  return c == 'u' ? take_unicode(cursor) : c != '\0' && strchr("\"\\/bfnrt", c) != NULL;
}

/* After the opening quote. */
static gboolean
take_string(Cursor *cursor)
{
  while (cursor->at < cursor->end) {
    char c = *cursor->at++;
    if (c == '"')
      return TRUE;
    if ((guchar)c < 0x20 || (c == '\\' && !take_escape(cursor)))
      return FALSE;
  }
  return FALSE;
}

/* --- numbers and names --- */

static const char *
skip_digits(const char *text)
{
  while (g_ascii_isdigit(*text))
    text++;
  return text;
}

/* The part of a number behind its whole part; NULL when it is none. */
static const char *
skip_fraction(const char *text)
{
  if (*text == '.') {
    const char *digits = text + 1;
    text = skip_digits(digits);
    if (text == digits)
      return NULL;
  }
  if (*text != 'e' && *text != 'E')
    return text;
  text++;
  if (*text == '+' || *text == '-')
    text++;
  const char *digits = text;
  text = skip_digits(digits);
  return text != digits ? text : NULL;
}

static gboolean
is_number(const char *word)
{
  const char *whole = word + (*word == '-');
  const char *rest = skip_digits(whole);
  if (rest == whole || (*whole == '0' && rest != whole + 1))
    return FALSE;
  gint64 number;
  if (*rest == '\0')
    return g_ascii_string_to_signed(word, 10, G_MININT64, G_MAXINT64, &number, NULL);
  rest = skip_fraction(rest);
  return rest != NULL && *rest == '\0' && isfinite(g_ascii_strtod(word, NULL));
}

static gboolean
take_word(Cursor *cursor)
{
  const char *begin = cursor->at;
  while (cursor->at < cursor->end && !is_space(*cursor->at) && strchr("{}[]:,\"", *cursor->at) == NULL)
    cursor->at++;
  gsize length = (gsize)(cursor->at - begin);
  if (length == 0 || length > WORD_MAX)
    return FALSE;
  g_autofree char *word = g_strndup(begin, length);
  return strcmp(word, "true") == 0 || strcmp(word, "false") == 0 || strcmp(word, "null") == 0 ||
         is_number(word);
}

/* --- all of it --- */

gboolean
json_scan_is_strict(const char *text, gsize size, guint max_depth)
{
  Cursor cursor = {text, text + size};
  guint depth = 0;
  gboolean has_ended = FALSE;
  while (cursor.at < cursor.end) {
    char c = *cursor.at;
    if (!is_space(c) && has_ended)
      return FALSE;
    gboolean opens = c == '{' || c == '[', closes = c == '}' || c == ']';
    if ((opens && ++depth > max_depth) || (closes && depth == 0))
      return FALSE;
    has_ended |= closes && --depth == 0;
    if (opens || closes || is_space(c) || c == ':' || c == ',')
      cursor.at++;
    else if (c == '"' ? (cursor.at++, !take_string(&cursor)) : !take_word(&cursor))
      return FALSE;
  }
  return has_ended;
}
