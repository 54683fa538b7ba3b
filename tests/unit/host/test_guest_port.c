/* SPDX-License-Identifier: Apache-2.0 */
/* The host's end of a guest port against a socket that plays the guest, also one that means harm (INVARIANTS
 * I6). */
#include "common/base/error.h"
#include "host/guest/guest_port.h"

#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <string.h>

#define LIMIT_MS 20000

typedef struct {
  char *folder, *path;
  GSocketListener *listener;
  GuestPort *port;
  GSocketConnection *guest;
  guint changes;
  GError *answer;
  gboolean is_answered;
} Fixture;

static void
on_changed(const GuestState *state, gpointer user_data)
{
  ((Fixture *)user_data)->changes++;
}

static gboolean
on_limit(gpointer data)
{
  g_error("nothing came in time");
  return G_SOURCE_REMOVE;
}

/* Runs the loop until @condition holds. */
#define AWAIT(condition)                                                                                     \
  do {                                                                                                       \
    guint limit = g_timeout_add(LIMIT_MS, on_limit, NULL);                                                   \
    while (!(condition))                                                                                     \
      g_main_context_iteration(NULL, TRUE);                                                                  \
    g_source_remove(limit);                                                                                  \
  } while (0)

static void
on_accepted(GObject *source, GAsyncResult *result, gpointer data)
{
  Fixture *fixture = data;
  g_clear_object(&fixture->guest);
  fixture->guest = g_socket_listener_accept_finish(G_SOCKET_LISTENER(source), result, NULL, NULL);
}

static void
accept_guest(Fixture *fixture)
{
  g_clear_object(&fixture->guest);
  g_socket_listener_accept_async(fixture->listener, NULL, on_accepted, fixture);
  AWAIT(fixture->guest != NULL);
}

static void
set_up(Fixture *fixture, gconstpointer data)
{
  fixture->folder = g_dir_make_tmp("port-XXXXXX", NULL);
  fixture->path = g_build_filename(fixture->folder, "g", NULL);
  fixture->listener = g_socket_listener_new();
  g_autoptr(GSocketAddress) address = g_unix_socket_address_new(fixture->path);
  g_assert_true(g_socket_listener_add_address(fixture->listener, address, G_SOCKET_TYPE_STREAM,
                                              G_SOCKET_PROTOCOL_DEFAULT, NULL, NULL, NULL));
  fixture->port = guest_port_new(fixture->path, on_changed, fixture);
  accept_guest(fixture);
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
  guest_port_free(fixture->port);
  g_clear_object(&fixture->guest);
  g_object_unref(fixture->listener);
  g_clear_error(&fixture->answer);
  (void)g_unlink(fixture->path);
  (void)g_rmdir(fixture->folder);
  g_free(fixture->path);
  g_free(fixture->folder);
}

static void
write_guest(Fixture *fixture, const void *bytes, gsize size)
{
  GOutputStream *stream = g_io_stream_get_output_stream(G_IO_STREAM(fixture->guest));
  g_assert_true(g_output_stream_write_all(stream, bytes, size, NULL, NULL, NULL));
}

static void
say(Fixture *fixture, const GuestMessage *message)
{
  g_autoptr(GBytes) frame = guest_message_to_frame(message, NULL);
  gsize size = 0;
  const void *bytes = g_bytes_get_data(frame, &size);
  write_guest(fixture, bytes, size);
}

static void
say_ready(Fixture *fixture)
{
  const GuestMessage hello = {.type = GUEST_MESSAGE_HELLO, .version = 1, .agent_version = (char *)"t"};
  const GuestMessage session = {.type = GUEST_MESSAGE_SESSION, .user = (char *)"alice"};
  const GuestMessage ready = {.type = GUEST_MESSAGE_READY};
  say(fixture, &hello);
  say(fixture, &session);
  say(fixture, &ready);
  AWAIT(guest_port_state(fixture->port)->is_ready);
}

static void
on_answer(const GError *error, gpointer user_data)
{
  Fixture *fixture = user_data;
  fixture->is_answered = TRUE;
  fixture->answer = error != NULL ? g_error_copy(error) : NULL;
}

static void
test_state_is_followed(Fixture *fixture, gconstpointer data)
{
  say_ready(fixture);
  g_assert_cmpstr(guest_port_state(fixture->port)->user, ==, "alice");
  AWAIT(fixture->changes > 0);
  guest_port_restart(fixture->port);
  g_assert_false(guest_port_state(fixture->port)->is_ready);
  say_ready(fixture);
}

static void
test_request_is_answered(Fixture *fixture, gconstpointer data)
{
  say_ready(fixture);
  const GuestMessage lock = {.type = GUEST_MESSAGE_LOCK};
  guest_port_request(fixture->port, &lock, on_answer, fixture);
  const GuestMessage other = {.type = GUEST_MESSAGE_RESULT, .request = 77, .is_ok = TRUE};
  const GuestMessage result = {
      .type = GUEST_MESSAGE_RESULT, .request = 1, .is_ok = FALSE, .detail = (char *)"no session"};
  say(fixture, &other);
  say(fixture, &result);
  AWAIT(fixture->is_answered);
  g_assert_error(fixture->answer, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT);
}

static void
test_request_without_a_guest(Fixture *fixture, gconstpointer data)
{
  const GuestMessage lock = {.type = GUEST_MESSAGE_LOCK};
  guest_port_request(fixture->port, &lock, on_answer, fixture);
  g_assert_error(fixture->answer, CARAWAY_ERROR, CARAWAY_ERROR_NOT_READY);
}

static void
await_message_in_guest(Fixture *fixture, const char *text)
{
  g_autoptr(GuestFrameReader) reader = guest_frame_reader_new();
  GInputStream *stream = g_io_stream_get_input_stream(G_IO_STREAM(fixture->guest));
  g_socket_set_timeout(g_socket_connection_get_socket(fixture->guest), LIMIT_MS / 1000);
  for (;;) {
    const char *body = NULL;
    gsize size = 0;
    while (guest_frame_reader_next(reader, &body, &size) == GUEST_FRAME_DONE) {
      g_autoptr(GuestMessage) message = guest_message_parse(body, size, HOST_TO_GUEST, NULL);
      if (message->type != GUEST_MESSAGE_MESSAGE)
        continue;
      g_assert_cmpstr(message->text, ==, text);
      const GuestMessage result = {.type = GUEST_MESSAGE_RESULT, .request = message->request, .is_ok = TRUE};
      say(fixture, &result);
      return;
    }
    guint8 bytes[256];
    gssize count = g_input_stream_read(stream, bytes, sizeof bytes, NULL, NULL);
    g_assert_cmpint(count, >, 0);
    guest_frame_reader_push(reader, bytes, (gsize)count);
  }
}

/* A warning is not lost because the agent inside is started anew just then; only the latest is shown. */
static void
test_message_waits_for_the_guest(Fixture *fixture, gconstpointer data)
{
  GuestMessage message = {.type = GUEST_MESSAGE_MESSAGE, .title = (char *)"t", .text = (char *)"earlier"};
  guest_port_request(fixture->port, &message, on_answer, fixture);
  g_assert_false(fixture->is_answered);
  Fixture later = {.folder = NULL};
  message.text = (char *)"5 minutes";
  guest_port_request(fixture->port, &message, on_answer, &later);
  g_assert_error(fixture->answer, CARAWAY_ERROR, CARAWAY_ERROR_NOT_READY);
  say_ready(fixture);
  while (g_main_context_iteration(NULL, FALSE))
    ;
  await_message_in_guest(fixture, "5 minutes");
  AWAIT(later.is_answered);
  g_assert_no_error(later.answer);
}

static void
test_held_message_ends_with_the_port(Fixture *fixture, gconstpointer data)
{
  const GuestMessage message = {.type = GUEST_MESSAGE_MESSAGE, .title = (char *)"t", .text = (char *)"x"};
  guest_port_request(fixture->port, &message, on_answer, fixture);
  g_clear_pointer(&fixture->port, guest_port_free);
  g_assert_error(fixture->answer, CARAWAY_ERROR, CARAWAY_ERROR_NOT_READY);
}

static void
test_request_ends_with_the_port(Fixture *fixture, gconstpointer data)
{
  say_ready(fixture);
  const GuestMessage lock = {.type = GUEST_MESSAGE_LOCK};
  guest_port_request(fixture->port, &lock, on_answer, fixture);
  g_clear_pointer(&fixture->port, guest_port_free);
  g_assert_error(fixture->answer, CARAWAY_ERROR, CARAWAY_ERROR_NOT_READY);
}

static void
test_lost_framing_is_opened_anew(Fixture *fixture, gconstpointer data)
{
  say_ready(fixture);
  write_guest(fixture, "\xff\xff\xff\xff", 4);
  AWAIT(!guest_port_state(fixture->port)->is_ready);
  accept_guest(fixture);
  say_ready(fixture);
}

static void
test_nonsense_in_a_frame_is_passed_over(Fixture *fixture, gconstpointer data)
{
  write_guest(fixture, "\x03\x00\x00\x00{x}", 7);
  say_ready(fixture);
}

/* A flood is told on at most ten times a second. */
static void
test_flood_is_throttled(Fixture *fixture, gconstpointer data)
{
  say_ready(fixture);
  AWAIT(fixture->changes > 0);
  fixture->changes = 0;
  for (guint i = 0; i < 150; i++) {
    const GuestMessage idle = {.type = GUEST_MESSAGE_IDLE, .idle_ms = i};
    say(fixture, &idle);
  }
  AWAIT(guest_port_state(fixture->port)->idle_ms == 149 && fixture->changes > 0);
  g_assert_cmpuint(fixture->changes, <, 50);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  static const struct {
    const char *path;
    void (*test)(Fixture *fixture, gconstpointer data);
  } tests[] = {
      {"/guest-port/state", test_state_is_followed},
      {"/guest-port/request", test_request_is_answered},
      {"/guest-port/no-guest", test_request_without_a_guest},
      {"/guest-port/message-waits", test_message_waits_for_the_guest},
      {"/guest-port/held-freed", test_held_message_ends_with_the_port},
      {"/guest-port/freed", test_request_ends_with_the_port},
      {"/guest-port/framing", test_lost_framing_is_opened_anew},
      {"/guest-port/nonsense", test_nonsense_in_a_frame_is_passed_over},
      {"/guest-port/flood", test_flood_is_throttled},
  };
  for (guint i = 0; i < G_N_ELEMENTS(tests); i++)
    g_test_add(tests[i].path, Fixture, NULL, set_up, tests[i].test, tear_down);
  return g_test_run();
}
