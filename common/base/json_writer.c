/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/json_writer.h"

#include <string.h>

#define SIZE_AT_FIRST 512

struct JsonWriter {
  GString *text;
  gboolean has_before; /* a comma is due */
};

JsonWriter *
json_writer_new(void)
{
  JsonWriter *writer = g_new0(JsonWriter, 1);
  writer->text = g_string_sized_new(SIZE_AT_FIRST);
  return writer;
}

static gboolean
must_escape(guchar letter)
{
  return letter < 0x20 || letter == 0x7f || letter == '"' || letter == '\\';
}

static void
add_escaped(GString *text, guchar letter)
{
  static const char short_ones[] = "\bb\ff\nn\rr\tt\"\"\\\\"; /* a letter and what stands for it, in turn */
  for (gsize i = 0; i + 1 < sizeof short_ones; i += 2)
    if ((guchar)short_ones[i] == letter) {
      g_string_append_c(text, '\\');
      g_string_append_c(text, short_ones[i + 1]);
      return;
    }
  g_string_append_printf(text, "\\u%04x", letter);
}

/* Most texts need no escape and are copied in one piece. */
static void
add_quoted(GString *text, const char *value)
{
  g_string_append_c(text, '"');
  while (*value != '\0') {
    gsize plain = 0;
    while (value[plain] != '\0' && !must_escape((guchar)value[plain]))
      plain++;
    g_string_append_len(text, value, (gssize)plain);
    value += plain;
    if (*value != '\0')
      add_escaped(text, (guchar)*value++);
  }
  g_string_append_c(text, '"');
}

static void
begin_value(JsonWriter *writer, const char *name)
{
  if (writer->has_before)
    g_string_append_c(writer->text, ',');
  writer->has_before = TRUE;
  if (name == NULL)
    return;
  add_quoted(writer->text, name);
  g_string_append_c(writer->text, ':');
}

static void
begin(JsonWriter *writer, const char *name, char bracket)
{
  begin_value(writer, name);
  g_string_append_c(writer->text, bracket);
  writer->has_before = FALSE;
}

static void
end(JsonWriter *writer, char bracket)
{
  g_string_append_c(writer->text, bracket);
  writer->has_before = TRUE;
}

void
json_writer_begin_object(JsonWriter *writer, const char *name)
{
  begin(writer, name, '{');
}

void
json_writer_end_object(JsonWriter *writer)
{
  end(writer, '}');
}

void
json_writer_begin_array(JsonWriter *writer, const char *name)
{
  begin(writer, name, '[');
}

void
json_writer_end_array(JsonWriter *writer)
{
  end(writer, ']');
}

void
json_writer_add_text(JsonWriter *writer, const char *name, const char *text)
{
  begin_value(writer, name);
  add_quoted(writer->text, text);
}

void
json_writer_add_int(JsonWriter *writer, const char *name, gint64 number)
{
  char digits[24];
  begin_value(writer, name);
  g_snprintf(digits, sizeof digits, "%" G_GINT64_FORMAT, number);
  g_string_append(writer->text, digits);
}

void
json_writer_add_bool(JsonWriter *writer, const char *name, gboolean value)
{
  begin_value(writer, name);
  g_string_append(writer->text, value ? "true" : "false");
}

char *
json_writer_finish(JsonWriter *writer)
{
  char *text = g_string_free(g_steal_pointer(&writer->text), FALSE);
  json_writer_free(writer);
  return text;
}

void
json_writer_free(JsonWriter *writer)
{
  if (writer == NULL)
    return;
  if (writer->text != NULL)
    g_string_free(writer->text, TRUE);
  g_free(writer);
}
