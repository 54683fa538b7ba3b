/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/log.h"
#include "host/guest/agent/frame_stream.h"

#include <glib-unix.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct {
  FrameStream *stream;
  int peer;
  GString *seen; /* names of messages, and "closed" */
} Fixture;

static void
on_message(FrameStream *stream, const GuestMessage *message, gpointer user_data)
{
  Fixture *fixture = user_data;
  g_string_append_printf(fixture->seen, "%s ", guest_message_type_name(message->type));
}

static void
on_closed(FrameStream *stream, gpointer user_data)
{
  Fixture *fixture = user_data;
  g_string_append(fixture->seen, "closed ");
}

static const FrameStreamEvents EVENTS = {on_message, on_closed};

static void
set_up(Fixture *fixture, gconstpointer data)
{
  int pair[2];
  g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), ==, 0);
  g_assert_true(g_unix_set_fd_nonblocking(pair[0], TRUE, NULL));
  fixture->seen = g_string_new(NULL);
  fixture->stream = frame_stream_new(pair[0], HOST_TO_GUEST, &EVENTS, fixture);
  fixture->peer = pair[1];
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
  frame_stream_free(fixture->stream);
  if (fixture->peer >= 0)
    close(fixture->peer);
  g_string_free(fixture->seen, TRUE);
}

static void
run_until_seen(Fixture *fixture, const char *text)
{
  while (strstr(fixture->seen->str, text) == NULL)
    g_main_context_iteration(NULL, TRUE);
}

static void
write_peer(Fixture *fixture, const char *bytes, gsize size)
{
  g_assert_cmpint(write(fixture->peer, bytes, size), ==, (gssize)size);
}

static void
test_delivers_pieces(Fixture *fixture, gconstpointer data)
{
  static const char FRAME[] = "\x1b\0\0\0{\"type\":\"ping\",\"request\":7}";
  write_peer(fixture, FRAME, 10);
  g_main_context_iteration(NULL, TRUE);
  g_assert_cmpstr(fixture->seen->str, ==, "");
  write_peer(fixture, FRAME + 10, sizeof FRAME - 1 - 10);
  run_until_seen(fixture, "ping");
  g_assert_cmpstr(fixture->seen->str, ==, "ping ");
}

static void
test_closes_on_bad_frame(Fixture *fixture, gconstpointer data)
{
  write_peer(fixture, "\0\0\0\0", 4);
  run_until_seen(fixture, "closed");
  g_assert_cmpstr(fixture->seen->str, ==, "closed ");
}

static void
test_closes_on_bad_message(Fixture *fixture, gconstpointer data)
{
  write_peer(fixture, "\2\0\0\0no", 6);
  run_until_seen(fixture, "closed");
}

static void
test_closes_when_peer_leaves(Fixture *fixture, gconstpointer data)
{
  close(fixture->peer);
  fixture->peer = -1;
  run_until_seen(fixture, "closed");
}

/* A peer that never reads costs a bounded queue (I6), and gets whole frames once it reads again. */
static void
test_bounds_the_queue(Fixture *fixture, gconstpointer data)
{
  g_autofree char *text = g_strnfill(GUEST_TEXT_MAX_BYTES, 'x');
  const GuestMessage message = {.type = GUEST_MESSAGE_MESSAGE, .title = (char *)"t", .text = text};
  for (int i = 0; i < 500; i++)
    frame_stream_send(fixture->stream, &message);
  g_autoptr(GuestFrameReader) reader = guest_frame_reader_new();
  guint frames = 0;
  guint8 bytes[8192];
  gssize got = 1;
  while (g_main_context_iteration(NULL, FALSE) || got > 0) {
    const char *body;
    gsize size;
    got = recv(fixture->peer, bytes, sizeof bytes, MSG_DONTWAIT);
    if (got > 0)
      guest_frame_reader_push(reader, bytes, got);
    while (guest_frame_reader_next(reader, &body, &size) == GUEST_FRAME_DONE)
      frames++;
  }
  g_assert_cmpuint(frames, >, 20);
  g_assert_cmpuint(frames, <, 100);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  log_init("test", LOG_LEVEL_ERROR);
  static const struct {
    const char *name;
    void (*run)(Fixture *fixture, gconstpointer data);
  } TESTS[] = {{"/frame_stream/delivers_pieces", test_delivers_pieces},
               {"/frame_stream/closes_on_bad_frame", test_closes_on_bad_frame},
               {"/frame_stream/closes_on_bad_message", test_closes_on_bad_message},
               {"/frame_stream/closes_when_peer_leaves", test_closes_when_peer_leaves},
               {"/frame_stream/bounds_the_queue", test_bounds_the_queue}};
  for (gsize i = 0; i < G_N_ELEMENTS(TESTS); i++)
    g_test_add(TESTS[i].name, Fixture, NULL, set_up, TESTS[i].run, tear_down);
  return g_test_run();
}
