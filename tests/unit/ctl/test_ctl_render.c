/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/ctl/ctl_render.h"

#include "common/base/json.h"

#include <string.h>

static JsonObject *
object(const char *text)
{
  g_autoptr(GError) error = NULL;
  JsonObject *parsed = json_parse_object(text, strlen(text), 1 << 20, &error);
  g_assert_no_error(error);
  return parsed;
}

static const CtlColumn columns[] = {
    {"Name", "name"}, {"Free", "counts.spare"}, {"Problems", "problems", CTL_COUNT}, {NULL}};

static void
test_table_is_aligned(void)
{
  g_autoptr(JsonObject) list =
      object("{\"items\":[{\"name\":\"büro\",\"counts\":{\"spare\":12},\"problems\":[\"a\"]},"
             "{\"name\":\"実験室\",\"counts\":null,\"problems\":[]},7]}");
  g_autofree char *table = ctl_render_table(columns, json_object_get_array_member(list, "items"));
  g_assert_cmpstr(table, ==,
                  "NAME    FREE  PROBLEMS\n"
                  "büro    12    1\n"
                  "実験室  -     0\n"
                  "-       -     -\n");
}

static void
test_empty_table(void)
{
  g_autoptr(JsonArray) none = json_array_new();
  g_autofree char *table = ctl_render_table(columns, none);
  g_assert_cmpstr(table, ==, "Nothing to list.\n");
}

static void
test_object_has_labels_and_lines(void)
{
  static const CtlColumn lines[] = {{"Name", "name"}, {"Problems", "problems", CTL_LINES}, {NULL}};
  g_autoptr(JsonObject) pool = object("{\"name\":\"office\",\"problems\":[\"no host\",\"no image\"]}");
  g_autofree char *text = ctl_render_object(lines, pool);
  g_assert_cmpstr(text, ==, "Name:     office\nProblems: no host\n          no image\n");
}

static void
test_line_says_how_it_is_and_why(void)
{
  static const CtlColumn lines[] = {{"Not ours", "foreign", CTL_LINES}, {NULL}};
  g_autoptr(JsonObject) host = object("{\"foreign\":[{\"name\":\"old\",\"power\":\"up\",\"reason\":\"\"},"
                                      "{\"name\":\"bare\",\"reason\":\"no display\"}]}");
  g_autofree char *text = ctl_render_object(lines, host);
  g_assert_cmpstr(text, ==, "Not ours: old (up)\n          bare: no display\n");
}

static void
test_values(void)
{
  static const struct {
    const char *path;
    CtlFormat format;
    const char *text;
  } rows[] = {
      {"text", CTL_PLAIN, "a"},
      {"number", CTL_PLAIN, "7"},
      {"real", CTL_PLAIN, "0.5"},
      {"yes", CTL_PLAIN, "yes"},
      {"none", CTL_PLAIN, "-"},
      {"empty", CTL_PLAIN, "-"},
      {"missing", CTL_PLAIN, "-"},
      {"text.deeper", CTL_PLAIN, "-"},
      {"list", CTL_PLAIN, "a, 1, no"},
      {"list", CTL_COUNT, "3"},
      {"things", CTL_PLAIN, "x, y"},
      {"thing", CTL_PLAIN, "x"},
      {"time", CTL_TIME, "1970-01-01 00:00:07"},
      {"text", CTL_TIME, "a"},
  };
  g_autoptr(JsonObject) value = object(
      "{\"text\":\"a\",\"time\":\"1970-01-01T00:00:07Z\",\"number\":7,\"real\":0.5,\"yes\":true,\"none\":"
      "null,\"empty\":\"\","
      "\"list\":[\"a\",1,false],\"things\":[{\"name\":\"x\"},{\"name\":\"y\"}],\"thing\":{\"name\":\"x\"}}");
  for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autofree char *text = ctl_render_value(value, rows[i].path, rows[i].format);
    g_assert_cmpstr(text, ==, rows[i].text);
  }
}

static void
test_nothing_moves_the_cursor(void)
{
  g_autofree char *text = ctl_render_clean("a\x1b[31mb\nc\u202e\x9b\x80");
  g_assert_cmpstr(text, ==, "a?[31mb?c?\uFFFD\uFFFD");
}

static void
test_json_ends_with_a_line(void)
{
  g_autoptr(JsonNode) node = json_from_string("{\"a\":1}", NULL);
  g_autofree char *text = ctl_render_json(node);
  g_assert_true(g_str_has_suffix(text, "}\n"));
}

int
main(int argc, char **argv)
{
  g_setenv("TZ", "UTC", TRUE);
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/ctl_render/table_is_aligned", test_table_is_aligned);
  g_test_add_func("/ctl_render/empty_table", test_empty_table);
  g_test_add_func("/ctl_render/object_has_labels_and_lines", test_object_has_labels_and_lines);
  g_test_add_func("/ctl_render/values", test_values);
  g_test_add_func("/ctl_render/line_says_how_it_is_and_why", test_line_says_how_it_is_and_why);
  g_test_add_func("/ctl_render/nothing_moves_the_cursor", test_nothing_moves_the_cursor);
  g_test_add_func("/ctl_render/json_ends_with_a_line", test_json_ends_with_a_line);
  return g_test_run();
}
