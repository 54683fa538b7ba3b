/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/ctl/ctl_render.h"

#include "common/base/json.h"
#include "common/base/text.h"
#include "tests/support/hostile_texts.h"

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

static JsonArray *
pools_named(const GPtrArray *texts)
{
  JsonArray *items = json_array_new();
  for (guint i = 0; i < texts->len; i++) {
    JsonObject *item = json_object_new();
    g_autofree char *name = g_utf8_make_valid(texts->pdata[i], -1);
    json_object_set_string_member(item, "name", name);
    json_array_add_object_element(items, item);
  }
  return items;
}

/* Nothing moves the cursor, and the second column begins in the same place on every line. */
static void
test_hostile_names_stay_in_their_cells(void)
{
  g_autoptr(GPtrArray) texts = hostile_texts(TEST_SOURCE_DIR, HOSTILE_ANY);
  g_autoptr(JsonArray) items = pools_named(texts);
  g_autofree char *table = ctl_render_table(columns, items);
  g_auto(GStrv) lines = g_strsplit(table, "\n", -1);
  g_assert_cmpuint(g_strv_length(lines), ==, texts->len + 2);
  g_assert_true(g_str_has_suffix(lines[0], "FREE  PROBLEMS"));
  for (guint i = 1; i <= texts->len; i++) {
    g_autofree char *name = ctl_render_value(json_array_get_object_element(items, i - 1), "name", CTL_PLAIN);
    g_assert_true(text_is_plain(lines[i]));
    g_assert_true(g_str_has_prefix(lines[i], name));
    g_assert_true(g_str_has_suffix(lines[i], "  -     -"));
  }
}

/* What a reader of JSON reads is what the server said, and no byte of it acts on a terminal. */
static void
test_json_is_safe_and_true(void)
{
  g_autoptr(GPtrArray) texts = hostile_texts(TEST_SOURCE_DIR, HOSTILE_ANY);
  for (guint i = 0; i < texts->len; i++) {
    g_autofree char *valid = g_utf8_make_valid(texts->pdata[i], -1);
    g_autoptr(JsonNode) node = json_node_init_string(json_node_alloc(), valid);
    g_autofree char *text = ctl_render_json(node);
    g_strchomp(text);
    g_assert_true(text_is_plain(text));
    g_autoptr(JsonNode) read = json_from_string(text, NULL);
    g_assert_cmpstr(json_node_get_string(read), ==, valid);
  }
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
  g_test_add_func("/ctl_render/hostile_names_stay_in_their_cells", test_hostile_names_stay_in_their_cells);
  g_test_add_func("/ctl_render/json_is_safe_and_true", test_json_is_safe_and_true);
  g_test_add_func("/ctl_render/json_ends_with_a_line", test_json_ends_with_a_line);
  return g_test_run();
}
