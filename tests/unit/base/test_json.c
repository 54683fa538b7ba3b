/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/error.h"
#include "common/base/json.h"

#include <string.h>

static JsonObject *
parse(const char *text, GError **error)
{
  return json_parse_object(text, strlen(text), 1024, error);
}

static void
test_well_formed_objects_are_taken(void)
{
  const char *const good[] = {
      "{}",
      " { \"a\" : [1, -2.5e3, true, null, \"x\\u00e9\\n\"] } ",
      "{\"a\":{\"b\":1},\"c\":{\"b\":1}}",
      "{\"url\":\"https://x/y\",\"quote\":\"it's\"}",
  };
  for (guint i = 0; i < G_N_ELEMENTS(good); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(JsonObject) object = parse(good[i], &error);
    g_assert_no_error(error);
    g_assert_nonnull(object);
  }
}

static void
test_anything_else_is_malformed(void)
{
  const char *const bad[] = {
      "",
      "[]",
      "1",
      "{",
      "{\"a\":1}}",
      "{\"a\":1,\"a\":2}",
      "{'a':1}",
      "{\"a\":1,}",
      "{\"a\" 1}",
      "{/*x*/}",
      "{\"a\":\"\n\"}",
      "{\"a\":\"x}",
      "{\"x\":{\"a\":1,\"a\":1}}",
      "{\"a\":\xff}",
      "{} {}",
      "{\"\\u0061\":1,\"a\":2}",
      "{\"a\":\"admin\\u0000x\"}",
      "{\"a\\u0000b\":1}",
  };
  for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(JsonObject) object = parse(bad[i], &error);
    if (object != NULL)
      g_test_message("taken: %s", bad[i]);
    g_assert_null(object);
    g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_MALFORMED);
  }
}

static void
test_depth_is_bounded(void)
{
  for (guint depth = JSON_MAX_DEPTH - 1; depth <= JSON_MAX_DEPTH + 1; depth++) {
    g_autoptr(GString) text = g_string_new("{\"a\":");
    for (guint i = 1; i < depth; i++)
      g_string_append_c(text, '[');
    for (guint i = 1; i < depth; i++)
      g_string_append_c(text, ']');
    g_string_append_c(text, '}');
    g_autoptr(JsonObject) object = parse(text->str, NULL);
    g_assert_cmpint(object != NULL, ==, depth <= JSON_MAX_DEPTH);
  }
}

static void
test_size_is_bounded(void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonObject) object = json_parse_object("{}   ", 5, 4, &error);
  g_assert_null(object);
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_TOO_LARGE);
}

static void
test_getters_name_what_is_wrong(void)
{
  g_autoptr(JsonObject) object =
      parse("{\"s\":\"text\",\"n\":5,\"c\":\"a\\nb\",\"z\":null,\"f\":1.5,\"r\":\"a\\rb\"}", NULL);
  g_autoptr(GError) error = NULL;
  gint64 number = -1;
  const char *text = "untouched";
  g_assert_null(json_get_string(object, "missing", 10, &error));
  g_assert_nonnull(strstr(error->message, "missing"));
  g_clear_error(&error);
  g_assert_cmpstr(json_get_string(object, "s", 4, NULL), ==, "text");
  g_assert_null(json_get_string(object, "s", 3, NULL));
  g_assert_null(json_get_string(object, "c", 10, NULL));
  g_assert_cmpstr(json_get_lines(object, "c", 10, NULL), ==, "a\nb");
  g_assert_null(json_get_lines(object, "c", 2, NULL));
  g_assert_null(json_get_lines(object, "r", 10, NULL));
  g_assert_false(json_get_int(object, "n", 6, 9, &number, NULL));
  g_assert_false(json_get_int(object, "f", 0, 9, &number, NULL));
  g_assert_cmpint(number, ==, -1);
  g_assert_true(json_get_int(object, "n", 0, 9, &number, NULL));
  g_assert_cmpint(number, ==, 5);
  g_assert_true(json_get_optional_int(object, "z", 0, 9, 7, &number, NULL));
  g_assert_cmpint(number, ==, 7);
  g_assert_false(json_get_optional_string(object, "n", 9, &text, NULL));
  g_assert_cmpstr(text, ==, "untouched");
  g_assert_true(json_get_optional_string(object, "z", 9, &text, NULL));
  g_assert_null(text);
}

static void
test_unknown_members_are_refused(void)
{
  g_autoptr(JsonObject) object = parse("{\"a\":1,\"b\":2}", NULL);
  g_autoptr(GError) error = NULL;
  const char *const both[] = {"a", "b", NULL};
  const char *const one[] = {"a", NULL};
  g_assert_true(json_check_members(object, both, NULL));
  g_assert_false(json_check_members(object, one, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/json/well-formed-objects-are-taken", test_well_formed_objects_are_taken);
  g_test_add_func("/json/anything-else-is-malformed", test_anything_else_is_malformed);
  g_test_add_func("/json/depth-is-bounded", test_depth_is_bounded);
  g_test_add_func("/json/size-is-bounded", test_size_is_bounded);
  g_test_add_func("/json/getters-name-what-is-wrong", test_getters_name_what_is_wrong);
  g_test_add_func("/json/unknown-members-are-refused", test_unknown_members_are_refused);
  return g_test_run();
}
