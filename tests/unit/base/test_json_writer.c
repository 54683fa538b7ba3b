/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/json.h"
#include "common/base/json_writer.h"

#include <string.h>

static void
test_all_kinds_are_written(void)
{
  JsonWriter *writer = json_writer_new();
  json_writer_begin_object(writer, NULL);
  json_writer_add_text(writer, "text", "a");
  json_writer_add_int(writer, "least", G_MININT64);
  json_writer_begin_array(writer, "list");
  json_writer_add_bool(writer, NULL, TRUE);
  json_writer_add_int(writer, NULL, 7);
  json_writer_begin_object(writer, NULL);
  json_writer_end_object(writer);
  json_writer_begin_array(writer, NULL);
  json_writer_end_array(writer);
  json_writer_end_array(writer);
  json_writer_begin_object(writer, "inner");
  json_writer_add_bool(writer, "no", FALSE);
  json_writer_end_object(writer);
  json_writer_add_text(writer, "last", "");
  json_writer_end_object(writer);
  g_autofree char *text = json_writer_finish(writer);
  g_assert_cmpstr(text, ==,
                  "{\"text\":\"a\",\"least\":-9223372036854775808,\"list\":[true,7,{},[]],"
                  "\"inner\":{\"no\":false},\"last\":\"\"}");
}

/* Every ASCII letter alone, and what else texts have, comes back as it was. */
static void
assert_comes_back(const char *value)
{
  JsonWriter *writer = json_writer_new();
  json_writer_begin_object(writer, NULL);
  json_writer_add_text(writer, value, value);
  json_writer_end_object(writer);
  g_autofree char *text = json_writer_finish(writer);
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonObject) object = json_parse_object(text, strlen(text), 1024, &error);
  g_assert_no_error(error);
  g_assert_cmpstr(json_object_get_string_member(object, value), ==, value);
  for (const char *letter = text; *letter != '\0'; letter++)
    g_assert_false(g_ascii_iscntrl(*letter));
}

static void
test_texts_come_back(void)
{
  for (char letter = 1; letter > 0 && letter < 0x7f; letter++)
    assert_comes_back((const char[]){letter, '\0'});
  assert_comes_back("\x7f");
  assert_comes_back("a\"b\\c\nd\te/f</script>");
  assert_comes_back("Zoë \xe2\x80\xa8 \xf0\x9f\x90\xaa");
  assert_comes_back("\\u0041\\");
}

static void
test_an_unfinished_text_can_be_thrown_away(void)
{
  g_autoptr(JsonWriter) writer = json_writer_new();
  json_writer_begin_object(writer, NULL);
  json_writer_free(NULL);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/json-writer/all-kinds-are-written", test_all_kinds_are_written);
  g_test_add_func("/json-writer/texts-come-back", test_texts_come_back);
  g_test_add_func("/json-writer/an-unfinished-text-can-be-thrown-away",
                  test_an_unfinished_text_can_be_thrown_away);
  return g_test_run();
}
