/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/ctl/ctl_render.h"

#include "broker/ctl/ctl_schedule.h"
#include "common/base/text.h"

#include <string.h>

static JsonNode *
find_member(JsonObject *object, const char *path)
{
  g_auto(GStrv) names = g_strsplit(path, ".", -1);
  JsonNode *node = NULL;
  for (char **name = names; *name != NULL; name++) {
    if (object == NULL)
      return NULL;
    node = json_object_get_member(object, *name);
    object = node != NULL && JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
  }
  return node;
}

static char *
render_time(const char *text)
{
  g_autoptr(GDateTime) time = g_date_time_new_from_iso8601(text, NULL);
  g_autoptr(GDateTime) local = time != NULL ? g_date_time_to_local(time) : NULL;
  return local != NULL ? g_date_time_format(local, "%Y-%m-%d %H:%M:%S") : text_escape(text);
}

static char *
render_scalar(JsonNode *node, CtlFormat format)
{
  switch (json_node_get_value_type(node)) {
  case G_TYPE_STRING:
    return format == CTL_TIME ? render_time(json_node_get_string(node))
                              : text_escape(json_node_get_string(node));
  case G_TYPE_BOOLEAN:
    return g_strdup(json_node_get_boolean(node) ? "yes" : "no");
  case G_TYPE_INT64:
    return g_strdup_printf("%" G_GINT64_FORMAT, json_node_get_int(node));
  default:
    return g_strdup_printf("%g", json_node_get_double(node));
  }
}

/* An element that is an object is shown by its name. */
static char *
render_element(JsonNode *node)
{
  if (JSON_NODE_HOLDS_OBJECT(node))
    return ctl_render_value(json_node_get_object(node), "name", CTL_PLAIN);
  return JSON_NODE_HOLDS_VALUE(node) ? render_scalar(node, CTL_PLAIN) : g_strdup("-");
}

/* With a line of its own an element has room for how it is and why. */
static char *
render_line(JsonNode *node)
{
  g_autofree char *name = render_element(node);
  JsonObject *object = JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
  g_autofree char *power = ctl_render_value(object, "power", CTL_PLAIN);
  g_autofree char *reason = ctl_render_value(object, "reason", CTL_PLAIN);
  gboolean has_power = strcmp(power, "-") != 0, has_reason = strcmp(reason, "-") != 0;
  return g_strconcat(name, has_power ? " (" : "", has_power ? power : "", has_power ? ")" : "",
                     has_reason ? ": " : "", has_reason ? reason : "", NULL);
}

static char *
render_formatted(JsonNode *node, CtlFormat format)
{
  if (format == CTL_LINES)
    return render_line(node);
  if (!JSON_NODE_HOLDS_OBJECT(node) || (format != CTL_MIB && format != CTL_PLAN))
    return render_element(node);
  if (format == CTL_MIB)
    return ctl_render_value(json_node_get_object(node), "size_mib", CTL_PLAIN);
  g_autofree char *rule = ctl_schedule_rule_text(json_node_get_object(node));
  return text_escape(rule);
}

static char *
render_array(JsonArray *array, CtlFormat format)
{
  guint count = json_array_get_length(array);
  if (format == CTL_COUNT)
    return g_strdup_printf("%u", count);
  GString *text = g_string_new(NULL);
  for (guint i = 0; i < count; i++) {
    JsonNode *node = json_array_get_element(array, i);
    g_autofree char *element = render_formatted(node, format);
    if (i > 0)
      g_string_append(text, format == CTL_LINES || format == CTL_PLAN ? "\n" : ", ");
    g_string_append(text, element);
  }
  return g_string_free(text, FALSE);
}

char *
ctl_render_value(JsonObject *object, const char *path, CtlFormat format)
{
  JsonNode *node = find_member(object, path);
  g_autofree char *text = NULL;
  if (node == NULL || JSON_NODE_HOLDS_NULL(node))
    text = NULL;
  else if (JSON_NODE_HOLDS_ARRAY(node))
    text = render_array(json_node_get_array(node), format);
  else if (JSON_NODE_HOLDS_OBJECT(node))
    text = render_element(node);
  else
    text = render_scalar(node, format);
  return text != NULL && text[0] != '\0' ? g_steal_pointer(&text) : g_strdup("-");
}

static guint
display_width(const char *text)
{
  guint width = 0;
  for (const char *c = text; *c != '\0'; c = g_utf8_next_char(c)) {
    gunichar character = g_utf8_get_char(c);
    if (!g_unichar_iszerowidth(character))
      width += g_unichar_iswide(character) ? 2 : 1;
  }
  return width;
}

static guint
count_columns(const CtlColumn *columns)
{
  guint count = 0;
  while (columns[count].title != NULL)
    count++;
  return count;
}

/* The last cell of a line is not padded, so that no line ends with spaces. */
static void
append_line(GString *table, char *const *cells, const guint *widths, guint count)
{
  for (guint i = 0; i < count; i++) {
    g_string_append(table, cells[i]);
    if (i + 1 < count)
      g_string_append_printf(table, "%*s", (int)(widths[i] - display_width(cells[i]) + 2), "");
  }
  g_string_append_c(table, '\n');
}

static GStrv
render_row(const CtlColumn *columns, guint count, JsonNode *item)
{
  GStrv cells = g_new0(char *, count + 1);
  JsonObject *object = JSON_NODE_HOLDS_OBJECT(item) ? json_node_get_object(item) : NULL;
  for (guint i = 0; i < count; i++)
    cells[i] = ctl_render_value(object, columns[i].path,
                                columns[i].format == CTL_LINES ? CTL_PLAIN : columns[i].format);
  return cells;
}

char *
ctl_render_table(const CtlColumn *columns, JsonArray *items)
{
  guint length = json_array_get_length(items);
  if (length == 0)
    return g_strdup("Nothing to list.\n");
  guint count = count_columns(columns);
  g_autofree guint *widths = g_new0(guint, count);
  g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func((GDestroyNotify)g_strfreev);
  GStrv titles = g_new0(char *, count + 1);
  for (guint i = 0; i < count; i++)
    titles[i] = g_utf8_strup(columns[i].title, -1);
  g_ptr_array_add(rows, titles);
  for (guint i = 0; i < length; i++)
    g_ptr_array_add(rows, render_row(columns, count, json_array_get_element(items, i)));
  for (guint row = 0; row < rows->len; row++)
    for (guint i = 0; i < count; i++)
      widths[i] = MAX(widths[i], display_width(((GStrv)rows->pdata[row])[i]));
  GString *table = g_string_new(NULL);
  for (guint row = 0; row < rows->len; row++)
    append_line(table, rows->pdata[row], widths, count);
  return g_string_free(table, FALSE);
}

char *
ctl_render_object(const CtlColumn *columns, JsonObject *object)
{
  guint width = 0;
  for (const CtlColumn *column = columns; column->title != NULL; column++)
    width = MAX(width, display_width(column->title));
  GString *text = g_string_new(NULL);
  for (const CtlColumn *column = columns; column->title != NULL; column++) {
    g_autofree char *value = ctl_render_value(object, column->path, column->format);
    g_auto(GStrv) lines = g_strsplit(value, "\n", -1);
    for (char **line = lines; *line != NULL; line++) {
      g_autofree char *label = line == lines ? g_strconcat(column->title, ":", NULL) : g_strdup("");
      g_string_append_printf(text, "%s%*s%s\n", label, (int)(width + 2 - display_width(label)), "", *line);
    }
  }
  return g_string_free(text, FALSE);
}

/* A JSON writer leaves what is not ASCII as it is; a terminal may act on some of it. */
static char *
escape_json(const char *text)
{
  GString *escaped = g_string_sized_new(strlen(text));
  for (const char *c = text; *c != '\0'; c = g_utf8_next_char(c)) {
    gunichar character = g_utf8_get_char(c);
    gboolean ends_line = character == 0x2028 || character == 0x2029; /* they count as printable */
    gboolean may_act = character >= 0x7f && (!g_unichar_isprint(character) || ends_line);
    if (may_act && character > 0xffff)
      g_string_append_printf(escaped, "\\u%04x\\u%04x", 0xd7c0 + (character >> 10),
                             0xdc00 + (character & 0x3ff));
    else if (may_act)
      g_string_append_printf(escaped, "\\u%04x", character);
    else
      g_string_append_unichar(escaped, character);
  }
  return g_string_free(escaped, FALSE);
}

char *
ctl_render_json(JsonNode *node)
{
  g_autofree char *text = json_to_string(node, TRUE);
  g_autofree char *escaped = escape_json(text);
  return g_strconcat(escaped, "\n", NULL);
}
