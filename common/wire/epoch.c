/* SPDX-License-Identifier: Apache-2.0 */
#include "common/wire/epoch.h"

#include <string.h>

/* The decimal number at *@text; moves @text behind it. */
static gboolean
read_number(const char **text, guint64 *ret_number)
{
  const char *start = *text;
  const char *end = start;
  guint64 number = 0;
  while (g_ascii_isdigit(*end)) {
    guint64 digit = (guint64)g_ascii_digit_value(*end++);
    if (number > ((guint64)G_MAXINT64 - digit) / 10)
      return FALSE;
    number = number * 10 + digit;
  }
  if (end == start || (*start == '0' && end != start + 1))
    return FALSE;
  *text = end;
  *ret_number = number;
  return TRUE;
}

gboolean
epoch_parse(const char *text, Epoch *ret_epoch)
{
  Epoch epoch;
  if (text == NULL || !read_number(&text, &epoch.generation) || *text++ != '.' ||
      !read_number(&text, &epoch.counter) || *text != '\0')
    return FALSE;
  *ret_epoch = epoch;
  return TRUE;
}

char *
epoch_text(Epoch epoch)
{
  return g_strdup_printf("%" G_GUINT64_FORMAT ".%" G_GUINT64_FORMAT, epoch.generation, epoch.counter);
}

int
epoch_compare(Epoch a, Epoch b)
{
  if (a.generation != b.generation)
    return a.generation < b.generation ? -1 : 1;
  if (a.counter != b.counter)
    return a.counter < b.counter ? -1 : 1;
  return 0;
}
