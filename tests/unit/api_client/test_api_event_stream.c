/* SPDX-License-Identifier: Apache-2.0 */
#include "common/api_client/api_event_stream.h"

#include "common/base/error.h"

#include <string.h>

static void
on_event(const char *name, const char *data, gpointer user_data)
{
  g_string_append_printf(user_data, "[%s|%s]", name, data);
}

typedef struct {
  const char *input;
  const char *events;
} Row;

static const Row rows[] = {
    {"", ""},
    {"data: a\n\n", "[message|a]"},
    {"event: session\ndata: {}\n\n", "[session|{}]"},
    {"event:session\ndata:{}\n\n", "[session|{}]"},
    {"data:  two spaces\n\n", "[message| two spaces]"},
    {"data: a\ndata: b\n\n", "[message|a\nb]"},
    {"data\n\n", "[message|]"},
    {"data\ndata\n\n", "[message|\n]"},
    {": comment\n\ndata: a\n\n", "[message|a]"},
    {"event: x\n\ndata: a\n\n", "[message|a]"},
    {"data: a\r\n\r\ndata: b\r\rdata: c\n\n", "[message|a][message|b][message|c]"},
    {"\xEF\xBB\xBF"
     "data: a\n\n",
     "[message|a]"},
    {"data: a\n\n\xEF\xBB\xBF"
     "data: b\n\n",
     "[message|a]"},
    {"id: 1\nretry: 5\nother: x\ndata: a\n\n", "[message|a]"},
    {"data: not closed\n", ""},
    {"data: a\n\nevent: end\ndata: b\n\ndata: c\n\n", "[message|a][end|b][message|c]"},
};

static void
check(const Row *row, gsize piece)
{
  g_autoptr(GString) events = g_string_new(NULL);
  g_autoptr(ApiEventStream) stream = api_event_stream_new(on_event, events);
  g_autoptr(GError) error = NULL;
  gsize size = strlen(row->input);
  for (gsize i = 0; i < size; i += piece)
    g_assert_true(api_event_stream_feed(stream, row->input + i, MIN(piece, size - i), &error));
  g_assert_cmpstr(events->str, ==, row->events);
}

static void
test_standard(void)
{
  for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
    check(&rows[i], 4096);
}

static void
test_pieces_of_any_size(void)
{
  for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
    for (gsize piece = 1; piece < 4; piece++)
      check(&rows[i], piece);
}

static void
assert_refused(const char *bytes, gsize size, guint times)
{
  g_autoptr(GString) events = g_string_new(NULL);
  g_autoptr(ApiEventStream) stream = api_event_stream_new(on_event, events);
  g_autoptr(GError) error = NULL;
  gboolean is_good = TRUE;
  for (guint i = 0; i < times && is_good; i++)
    is_good = api_event_stream_feed(stream, bytes, size, &error);
  g_assert_false(is_good);
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_PROTOCOL);
}

static void
test_endless_line_is_refused(void)
{
  assert_refused("xxxxxxxxxxxxxxxx", 16, API_EVENT_MAX_BYTES / 16 + 1);
}

static void
test_endless_event_is_refused(void)
{
  assert_refused("data: xxxxxxxxxx\n", 17, API_EVENT_MAX_BYTES / 10 + 1);
}

static void
test_empty_data_lines_are_bounded_too(void)
{
  assert_refused("data\n", 5, API_EVENT_MAX_BYTES + 2);
}

static void
test_nul_is_refused(void)
{
  assert_refused("data: a\0b\n\n", 11, 1);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/api_event_stream/standard", test_standard);
  g_test_add_func("/api_event_stream/pieces_of_any_size", test_pieces_of_any_size);
  g_test_add_func("/api_event_stream/endless_line_is_refused", test_endless_line_is_refused);
  g_test_add_func("/api_event_stream/endless_event_is_refused", test_endless_event_is_refused);
  g_test_add_func("/api_event_stream/empty_data_lines_are_bounded_too",
                  test_empty_data_lines_are_bounded_too);
  g_test_add_func("/api_event_stream/nul_is_refused", test_nul_is_refused);
  return g_test_run();
}
