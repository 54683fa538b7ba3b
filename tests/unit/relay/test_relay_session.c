/* SPDX-License-Identifier: Apache-2.0 */
/* What the engine makes of a server's MAIN_INIT, also of a server that means harm (INVARIANTS I6). */
#include "common/relay/relay_steps.h"

#include <string.h>

typedef struct {
  guint calls;
  guint32 session_id;
} Heard;

static void
on_session(guint64 connection, guint32 session_id, gpointer user_data)
{
  Heard *heard = user_data;
  heard->calls++;
  heard->session_id = session_id;
}

/* Has the engine look at a MAIN_INIT that names @session_id. */
static void
receive_main_init(RelayConnection *connection, guint32 session_id)
{
  guint8 message[SPICE_MINI_HEADER_SIZE + 32] = {SPICE_MSG_MAIN_INIT_TYPE};
  spice_write_u32(message + 2, 32);
  spice_write_u32(message + SPICE_MINI_HEADER_SIZE, session_id);
  relay_buffer_append(&connection->server.in, message, sizeof message);
  g_assert_true(relay_splice_note_server(connection));
  relay_buffer_clear(&connection->server.in);
  connection->to_client.remaining = 0;
}

static void
test_a_session_is_told_once(void)
{
  Heard heard = {0};
  RelayShared shared = {.owner = {.session_known = on_session}, .owner_data = &heard};
  RelayConnection connection = {.shared = &shared, .id = 1, .link.channel_type = SPICE_TYPE_MAIN};
  shared.mailbox = relay_mailbox_new(NULL, &shared);
  connection.to_client.mini = TRUE;
  receive_main_init(&connection, 7);
  for (guint i = 0; i < 100; i++)
    receive_main_init(&connection, 8 + i);
  while (g_main_context_iteration(NULL, FALSE))
    ;
  g_assert_cmpuint(heard.calls, ==, 1);
  g_assert_cmpuint(heard.session_id, ==, 7);
  g_assert_cmpuint(connection.session_id, ==, 7);
  relay_mailbox_free(shared.mailbox);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/relay/session/once", test_a_session_is_told_once);
  return g_test_run();
}
