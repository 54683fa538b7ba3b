/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/db/text_array.h"

struct TextArray {
  GString *text;
  gboolean is_closed;
};

TextArray *
text_array_new(void)
{
  TextArray *array = g_new0(TextArray, 1);
  array->text = g_string_new("{");
  return array;
}

static void
begin_value(TextArray *array)
{
  if (array->is_closed)
    g_string_truncate(array->text, array->text->len - 1);
  array->is_closed = FALSE;
  if (array->text->len > 1)
    g_string_append_c(array->text, ',');
}

void
text_array_add(TextArray *array, const char *text)
{
  begin_value(array);
  if (text == NULL) {
    g_string_append(array->text, "NULL");
    return;
  }
  g_string_append_c(array->text, '"');
  for (; *text != '\0'; text++) {
    if (*text == '"' || *text == '\\')
      g_string_append_c(array->text, '\\');
    g_string_append_c(array->text, *text);
  }
  g_string_append_c(array->text, '"');
}

void
text_array_add_int(TextArray *array, gint64 number)
{
  begin_value(array);
  g_string_append_printf(array->text, "%" G_GINT64_FORMAT, number);
}

const char *
text_array_text(TextArray *array)
{
  if (!array->is_closed)
    g_string_append_c(array->text, '}');
  array->is_closed = TRUE;
  return array->text->str;
}

void
text_array_free(TextArray *array)
{
  if (array == NULL)
    return;
  g_string_free(array->text, TRUE);
  g_free(array);
}
