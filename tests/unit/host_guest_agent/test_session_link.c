/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/log.h"
#include "host/guest/agent/session_link.h"

#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <unistd.h>

typedef struct {
  char *folder, *path;
  SessionLink *link;
  gboolean is_anybody_welcome;
  guint32 seen_uid;
  guint messages, closed;
} Fixture;

static gboolean
is_welcome(guint32 uid, gpointer user_data)
{
  Fixture *fixture = user_data;
  fixture->seen_uid = uid;
  return fixture->is_anybody_welcome;
}

static void
on_message(const GuestMessage *message, gpointer user_data)
{
  ((Fixture *)user_data)->messages++;
}

static void
on_closed(gpointer user_data)
{
  ((Fixture *)user_data)->closed++;
}

static const SessionLinkEvents EVENTS = {is_welcome, on_message, on_closed};

static void
set_up(Fixture *fixture, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  fixture->folder = g_dir_make_tmp("session-link-XXXXXX", &error);
  g_assert_no_error(error);
  fixture->path = g_build_filename(fixture->folder, "socket", NULL);
  fixture->seen_uid = G_MAXUINT32;
  fixture->is_anybody_welcome = TRUE;
  fixture->link = session_link_new(fixture->path, &EVENTS, fixture, &error);
  g_assert_no_error(error);
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
  session_link_free(fixture->link);
  g_unlink(fixture->path);
  g_rmdir(fixture->folder);
  g_free(fixture->path);
  g_free(fixture->folder);
}

static GSocketConnection *
connect_helper(Fixture *fixture)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GSocketClient) client = g_socket_client_new();
  g_autoptr(GSocketAddress) address = g_unix_socket_address_new(fixture->path);
  GSocketConnection *connection =
      g_socket_client_connect(client, G_SOCKET_CONNECTABLE(address), NULL, &error);
  g_assert_no_error(error);
  fixture->seen_uid = G_MAXUINT32;
  while (fixture->seen_uid == G_MAXUINT32)
    g_main_context_iteration(NULL, TRUE);
  return connection;
}

static void
test_asks_the_kernel_who_connects(Fixture *fixture, gconstpointer data)
{
  g_autoptr(GSocketConnection) helper = connect_helper(fixture);
  g_assert_cmpuint(fixture->seen_uid, ==, getuid());
}

static void
test_refuses_who_is_not_welcome(Fixture *fixture, gconstpointer data)
{
  fixture->is_anybody_welcome = FALSE;
  g_autoptr(GSocketConnection) stranger = connect_helper(fixture);
  const GuestMessage message = {.type = GUEST_MESSAGE_MESSAGE, .title = (char *)"a", .text = (char *)"b"};
  g_assert_false(session_link_send(fixture->link, &message));
  char byte;
  g_assert_cmpint(
      g_input_stream_read(g_io_stream_get_input_stream(G_IO_STREAM(stranger)), &byte, 1, NULL, NULL), ==, 0);
}

static void
test_carries_both_ways(Fixture *fixture, gconstpointer data)
{
  g_autoptr(GSocketConnection) helper = connect_helper(fixture);
  const GuestMessage ready = {.type = GUEST_MESSAGE_READY};
  g_autoptr(GBytes) frame = guest_message_to_frame(&ready, NULL);
  g_assert_cmpint(
      g_output_stream_write_bytes(g_io_stream_get_output_stream(G_IO_STREAM(helper)), frame, NULL, NULL), >,
      0);
  while (fixture->messages == 0)
    g_main_context_iteration(NULL, TRUE);
  const GuestMessage message = {.type = GUEST_MESSAGE_MESSAGE, .title = (char *)"a", .text = (char *)"b"};
  g_assert_true(session_link_send(fixture->link, &message));
}

static void
test_tells_that_the_helper_left(Fixture *fixture, gconstpointer data)
{
  g_autoptr(GSocketConnection) helper = connect_helper(fixture);
  g_io_stream_close(G_IO_STREAM(helper), NULL, NULL);
  while (fixture->closed == 0)
    g_main_context_iteration(NULL, TRUE);
  const GuestMessage message = {.type = GUEST_MESSAGE_MESSAGE, .title = (char *)"a", .text = (char *)"b"};
  g_assert_false(session_link_send(fixture->link, &message));
}

static void
test_a_new_helper_replaces_the_old(Fixture *fixture, gconstpointer data)
{
  g_autoptr(GSocketConnection) first = connect_helper(fixture);
  g_autoptr(GSocketConnection) second = connect_helper(fixture);
  g_assert_cmpuint(fixture->closed, ==, 1);
  char byte;
  g_assert_cmpint(g_input_stream_read(g_io_stream_get_input_stream(G_IO_STREAM(first)), &byte, 1, NULL, NULL),
                  ==, 0);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  log_init("test", LOG_LEVEL_ERROR);
  static const struct {
    const char *name;
    void (*run)(Fixture *fixture, gconstpointer data);
  } TESTS[] = {{"/session_link/asks_the_kernel", test_asks_the_kernel_who_connects},
               {"/session_link/refuses_strangers", test_refuses_who_is_not_welcome},
               {"/session_link/carries_both_ways", test_carries_both_ways},
               {"/session_link/tells_that_the_helper_left", test_tells_that_the_helper_left},
               {"/session_link/a_new_helper_replaces", test_a_new_helper_replaces_the_old}};
  for (gsize i = 0; i < G_N_ELEMENTS(TESTS); i++)
    g_test_add(TESTS[i].name, Fixture, NULL, set_up, TESTS[i].run, tear_down);
  return g_test_run();
}
