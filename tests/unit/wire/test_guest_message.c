/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/error.h"
#include "common/wire/guest_message.h"

#include <string.h>

static GuestMessage *
parse(const char *body, GuestDirection direction)
{
  g_autoptr(GError) error = NULL;
  GuestMessage *message = guest_message_parse(body, strlen(body), direction, &error);
  g_assert_no_error(error);
  return message;
}

static void
test_frame_lengths(void)
{
  static const struct {
    guint8 bytes[8];
    gsize size;
    GuestFrameResult result;
  } ROWS[] = {
      {{0}, 0, GUEST_FRAME_NEED_MORE},
      {{2, 0, 0}, 3, GUEST_FRAME_NEED_MORE},
      {{2, 0, 0, 0, '{'}, 5, GUEST_FRAME_NEED_MORE},
      {{2, 0, 0, 0, '{', '}'}, 6, GUEST_FRAME_DONE},
      {{2, 0, 0, 0, '{', '}', 1}, 7, GUEST_FRAME_DONE},
      {{0, 0, 0, 0}, 4, GUEST_FRAME_BAD},
      {{1, 0, 1, 0}, 4, GUEST_FRAME_BAD},
      {{0, 0, 1, 0}, 4, GUEST_FRAME_NEED_MORE},
      {{0, 0, 0, 0x80}, 4, GUEST_FRAME_BAD},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(ROWS); i++) {
    gsize body_bytes = 99;
    g_assert_cmpint(guest_frame_parse(ROWS[i].bytes, ROWS[i].size, &body_bytes), ==, ROWS[i].result);
    g_assert_cmpuint(body_bytes, ==, ROWS[i].result == GUEST_FRAME_DONE ? 2 : 99);
  }
}

static void
test_reader_joins_pieces(void)
{
  static const guint8 STREAM[] = {2, 0, 0, 0, 'a', 'b', 3, 0, 0, 0, 'c', 'd', 'e', 9};
  g_autoptr(GuestFrameReader) reader = guest_frame_reader_new();
  g_autoptr(GString) bodies = g_string_new(NULL);
  for (gsize i = 0; i < sizeof STREAM; i++) {
    guest_frame_reader_push(reader, STREAM + i, 1);
    const char *body;
    gsize size;
    while (guest_frame_reader_next(reader, &body, &size) == GUEST_FRAME_DONE)
      g_string_append_printf(bodies, "%.*s|", (int)size, body);
  }
  g_assert_cmpstr(bodies->str, ==, "ab|cde|");
}

static void
test_reader_takes_several_frames_of_one_push(void)
{
  static const guint8 STREAM[] = {1, 0, 0, 0, 'a', 1, 0, 0, 0, 'b', 0, 0, 0, 0};
  g_autoptr(GuestFrameReader) reader = guest_frame_reader_new();
  guest_frame_reader_push(reader, STREAM, sizeof STREAM);
  const char *body;
  gsize size;
  g_assert_cmpint(guest_frame_reader_next(reader, &body, &size), ==, GUEST_FRAME_DONE);
  g_assert_cmpmem(body, size, "a", 1);
  g_assert_cmpint(guest_frame_reader_next(reader, &body, &size), ==, GUEST_FRAME_DONE);
  g_assert_cmpmem(body, size, "b", 1);
  g_assert_cmpint(guest_frame_reader_next(reader, &body, &size), ==, GUEST_FRAME_BAD);
  guest_frame_reader_reset(reader);
  g_assert_cmpint(guest_frame_reader_next(reader, &body, &size), ==, GUEST_FRAME_NEED_MORE);
}

static void
test_parse_session(void)
{
  g_autoptr(GuestMessage) alice = parse("{\"type\":\"session\",\"user\":\"alice\"}", GUEST_TO_HOST);
  g_assert_cmpint(alice->type, ==, GUEST_MESSAGE_SESSION);
  g_assert_cmpstr(alice->user, ==, "alice");
  g_autoptr(GuestMessage) nobody = parse("{\"type\":\"session\",\"user\":null}", GUEST_TO_HOST);
  g_assert_null(nobody->user);
}

static void
test_parse_ignores_what_is_newer(void)
{
  g_autoptr(GuestMessage) member = parse("{\"type\":\"idle\",\"ms\":5,\"new\":[1]}", GUEST_TO_HOST);
  g_assert_cmpint(member->idle_ms, ==, 5);
  g_autoptr(GuestMessage) type = parse("{\"type\":\"dance\"}", GUEST_TO_HOST);
  g_assert_cmpint(type->type, ==, GUEST_MESSAGE_UNKNOWN);
}

static void
test_parse_ignores_the_wrong_direction(void)
{
  g_autoptr(GuestMessage) up = parse("{\"type\":\"shutdown\",\"request\":1}", GUEST_TO_HOST);
  g_assert_cmpint(up->type, ==, GUEST_MESSAGE_UNKNOWN);
  g_autoptr(GuestMessage) down = parse("{\"type\":\"ready\"}", HOST_TO_GUEST);
  g_assert_cmpint(down->type, ==, GUEST_MESSAGE_UNKNOWN);
}

static void
test_parse_refuses(void)
{
  static const struct {
    const char *body;
    GuestDirection direction;
    int code;
  } ROWS[] = {
      {"", GUEST_TO_HOST, CARAWAY_ERROR_MALFORMED},
      {"[]", GUEST_TO_HOST, CARAWAY_ERROR_MALFORMED},
      {"{}", GUEST_TO_HOST, CARAWAY_ERROR_INVALID},
      {"{\"type\":7}", GUEST_TO_HOST, CARAWAY_ERROR_INVALID},
      {"{\"type\":\"idle\"}", GUEST_TO_HOST, CARAWAY_ERROR_INVALID},
      {"{\"type\":\"idle\",\"ms\":-1}", GUEST_TO_HOST, CARAWAY_ERROR_INVALID},
      {"{\"type\":\"idle\",\"ms\":1.5}", GUEST_TO_HOST, CARAWAY_ERROR_INVALID},
      {"{\"type\":\"hello\"}", GUEST_TO_HOST, CARAWAY_ERROR_INVALID},
      {"{\"type\":\"locked\",\"locked\":1}", GUEST_TO_HOST, CARAWAY_ERROR_INVALID},
      {"{\"type\":\"session\",\"user\":{}}", GUEST_TO_HOST, CARAWAY_ERROR_INVALID},
      {"{\"type\":\"session\",\"user\":\"a\\nb\"}", GUEST_TO_HOST, CARAWAY_ERROR_INVALID},
      {"{\"type\":\"session\",\"user\":\"\\u202eresu\"}", GUEST_TO_HOST, CARAWAY_ERROR_INVALID},
      {"{\"type\":\"session\",\"user\":\"\\u009b31mred\"}", GUEST_TO_HOST, CARAWAY_ERROR_INVALID},
      {"{\"type\":\"message\",\"request\":1,\"title\":\"a\"}", HOST_TO_GUEST, CARAWAY_ERROR_INVALID},
      {"{\"type\":\"message\",\"request\":1,\"title\":\"a\",\"text\":\"\\u001b[1m\"}", HOST_TO_GUEST,
       CARAWAY_ERROR_INVALID},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(ROWS); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(GuestMessage) message =
        guest_message_parse(ROWS[i].body, strlen(ROWS[i].body), ROWS[i].direction, &error);
    g_assert_error(error, CARAWAY_ERROR, ROWS[i].code);
    g_assert_null(message);
  }
}

static void
test_build_and_parse_agree(void)
{
  const GuestMessage sent = {.type = GUEST_MESSAGE_MESSAGE,
                             .request = 42,
                             .title = (char *)"Maintenance “tonight”",
                             .text = (char *)"Save your work.\nThe desktop\trestarts at 18:00."};
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) frame = guest_message_to_frame(&sent, &error);
  g_assert_no_error(error);
  gsize size, body_bytes;
  const guint8 *bytes = g_bytes_get_data(frame, &size);
  g_assert_cmpint(guest_frame_parse(bytes, size, &body_bytes), ==, GUEST_FRAME_DONE);
  g_assert_cmpuint(body_bytes + 4, ==, size);
  g_autoptr(GuestMessage) got =
      guest_message_parse((const char *)bytes + 4, body_bytes, HOST_TO_GUEST, &error);
  g_assert_no_error(error);
  g_assert_cmpint(got->type, ==, GUEST_MESSAGE_MESSAGE);
  g_assert_cmpint(got->request, ==, 42);
  g_assert_cmpstr(got->title, ==, sent.title);
  g_assert_cmpstr(got->text, ==, sent.text);
}

static void
test_requests_are_for_guests(void)
{
  static const GuestMessageType TYPES[] = {GUEST_MESSAGE_LOCK, GUEST_MESSAGE_UNLOCK, GUEST_MESSAGE_LOGOFF,
                                           GUEST_MESSAGE_SHUTDOWN, GUEST_MESSAGE_PING};
  for (gsize i = 0; i < G_N_ELEMENTS(TYPES); i++) {
    const GuestMessage sent = {.type = TYPES[i], .request = 7};
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) frame = guest_message_to_frame(&sent, &error);
    g_assert_no_error(error);
    gsize size;
    const char *bytes = g_bytes_get_data(frame, &size);
    g_autoptr(GuestMessage) got = guest_message_parse(bytes + 4, size - 4, HOST_TO_GUEST, &error);
    g_assert_no_error(error);
    g_assert_cmpint(got->type, ==, TYPES[i]);
    g_assert_cmpint(got->request, ==, 7);
    g_autoptr(GuestMessage) back = guest_message_parse(bytes + 4, size - 4, GUEST_TO_HOST, &error);
    g_assert_cmpint(back->type, ==, GUEST_MESSAGE_UNKNOWN);
  }
}

static void
test_build_writes_only_what_the_type_carries(void)
{
  const GuestMessage ready = {.type = GUEST_MESSAGE_READY, .request = 9, .user = (char *)"alice"};
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) frame = guest_message_to_frame(&ready, &error);
  g_assert_no_error(error);
  gsize size;
  const char *bytes = g_bytes_get_data(frame, &size);
  g_assert_cmpmem(bytes + 4, size - 4, "{\"type\":\"ready\"}", 16);
}

static void
test_build_refuses_long_and_dirty_texts(void)
{
  g_autofree char *longest = g_strnfill(GUEST_TEXT_MAX_BYTES + 1, 'x');
  GuestMessage message = {.type = GUEST_MESSAGE_MESSAGE, .title = (char *)"t", .text = longest};
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) frame = guest_message_to_frame(&message, &error);
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_TOO_LARGE);
  g_assert_null(frame);
  longest[GUEST_TEXT_MAX_BYTES] = '\0';
  message.title = (char *)"two\nlines";
  g_clear_error(&error);
  frame = guest_message_to_frame(&message, &error);
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/guest_message/requests_are_for_guests", test_requests_are_for_guests);
  g_test_add_func("/guest_message/frame_lengths", test_frame_lengths);
  g_test_add_func("/guest_message/reader_joins_pieces", test_reader_joins_pieces);
  g_test_add_func("/guest_message/reader_takes_several", test_reader_takes_several_frames_of_one_push);
  g_test_add_func("/guest_message/parse_session", test_parse_session);
  g_test_add_func("/guest_message/ignores_what_is_newer", test_parse_ignores_what_is_newer);
  g_test_add_func("/guest_message/ignores_the_wrong_direction", test_parse_ignores_the_wrong_direction);
  g_test_add_func("/guest_message/parse_refuses", test_parse_refuses);
  g_test_add_func("/guest_message/build_and_parse_agree", test_build_and_parse_agree);
  g_test_add_func("/guest_message/build_writes_only", test_build_writes_only_what_the_type_carries);
  g_test_add_func("/guest_message/build_refuses", test_build_refuses_long_and_dirty_texts);
  return g_test_run();
}
