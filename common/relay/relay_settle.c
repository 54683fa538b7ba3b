/* SPDX-License-Identifier: Apache-2.0 */
#include "common/relay/relay_settle.h"

#include "common/relay/relay_steps.h"

#define SETTLE_LIMIT_US   (5 * G_USEC_PER_SEC)
#define DISPLAY_INIT_TYPE 101

struct RelayUnsettled {
  GMutex mutex;
  GHashTable *counts; /* SPICE session id -> number of displays */
};

RelayUnsettled *
relay_unsettled_new(void)
{
  RelayUnsettled *unsettled = g_new0(RelayUnsettled, 1);
  g_mutex_init(&unsettled->mutex);
  unsettled->counts = g_hash_table_new(NULL, NULL);
  return unsettled;
}

void
relay_unsettled_free(RelayUnsettled *unsettled)
{
  if (unsettled == NULL)
    return;
  g_hash_table_unref(unsettled->counts);
  g_mutex_clear(&unsettled->mutex);
  g_free(unsettled);
}

/* Adds @change to the displays of @session and returns how many there are. Two machines may have one id: then
 * a main channel waits a little longer than it must. */
static guint
count_displays(RelayUnsettled *unsettled, guint32 session, int change)
{
  g_mutex_lock(&unsettled->mutex);
  guint count = GPOINTER_TO_UINT(g_hash_table_lookup(unsettled->counts, GUINT_TO_POINTER(session)));
  count = (guint)((int)count + change);
  if (count > 0)
    g_hash_table_replace(unsettled->counts, GUINT_TO_POINTER(session), GUINT_TO_POINTER(count));
  else
    g_hash_table_remove(unsettled->counts, GUINT_TO_POINTER(session));
  g_mutex_unlock(&unsettled->mutex);
  return count;
}

void
relay_settle_note_link(RelayConnection *connection)
{
  if (connection->link.channel_type != SPICE_TYPE_DISPLAY || connection->server.tls != NULL)
    return; /* beyond TLS is another relay, which sees to it */
  connection->is_unsettled = TRUE;
  count_displays(connection->shared->unsettled, connection->link.connection_id, 1);
}

void
relay_settle_note_safe(RelayConnection *connection)
{
  if (!connection->is_unsettled)
    return;
  connection->is_unsettled = FALSE;
  count_displays(connection->shared->unsettled, connection->link.connection_id, -1);
}

static void
send_display_init(RelayConnection *connection)
{
  /* cache id, cache size, dictionary id, dictionary window: as small as they may be */
  static const guint8 payload[14] = {1, 0, 0, 16, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0};
  guint8 message[SPICE_FULL_HEADER_SIZE + sizeof payload] = {0};
  gsize header_size = spice_cursor_header_size(&connection->to_server);
  guint8 *fields = connection->to_server.mini ? message : message + 8;
  fields[0] = DISPLAY_INIT_TYPE;
  spice_write_u32(fields + 2, sizeof payload);
  for (gsize i = 0; i < sizeof payload; i++)
    message[header_size + i] = payload[i];
  connection->guard.display_is_initialised = TRUE;
  if (relay_end_space(&connection->server) >= header_size + sizeof payload)
    relay_end_send(&connection->server, message, header_size + sizeof payload);
}

static gboolean
server_is_gone(const RelayConnection *connection)
{
  return connection->server.fd < 0 || connection->server.failed || connection->server.eof;
}

gboolean
relay_settle_begin(RelayConnection *connection)
{
  RelayState state = connection->state;
  gboolean awaits_result = state == RELAY_STATE_SPLICE_RESULT || state == RELAY_STATE_UPSTREAM_RESULT;
  if (server_is_gone(connection) || (state != RELAY_STATE_SPLICE && !awaits_result))
    return FALSE;
  gboolean main_waits = connection->session_id != 0 &&
                        count_displays(connection->shared->unsettled, connection->session_id, 0) > 0;
  if (!connection->is_unsettled && !main_waits)
    return FALSE;
  connection->awaits_result = awaits_result;
  if (state == RELAY_STATE_UPSTREAM_RESULT) {
    gboolean mini = (connection->link.common_caps & SPICE_COMMON_MINI_HEADER) != 0;
    connection->to_client.mini = mini;
  }
  connection->to_server.mini = connection->to_client.mini;
  if (connection->is_unsettled && !awaits_result && !connection->guard.display_is_initialised)
    send_display_init(connection);
  relay_connection_enter(connection, RELAY_STATE_SETTLING, SETTLE_LIMIT_US);
  return TRUE;
}

/* Reads the server's words for nobody, up to the one that shows that it has taken DISPLAY_INIT. */
static gboolean
discard_server(RelayConnection *connection)
{
  RelayBuffer *in = &connection->server.in;
  gboolean changed = FALSE;
  while (relay_buffer_size(in) > 0 && connection->is_unsettled) {
    if (connection->to_client.remaining == 0 && !relay_splice_note_server(connection))
      return changed;
    if (connection->to_client_is_opaque) {
      relay_settle_note_safe(connection);
      return TRUE;
    }
    gsize size = spice_cursor_limit(&connection->to_client, relay_buffer_size(in));
    spice_cursor_advance(&connection->to_client, size);
    relay_buffer_consume(in, size);
    changed = TRUE;
  }
  return changed;
}

gboolean
relay_settle_step(RelayConnection *connection)
{
  RelayBuffer *in = &connection->server.in;
  relay_buffer_clear(&connection->client.in);
  if (connection->session_id != 0 && !connection->is_unsettled) {
    relay_buffer_clear(in);
    if (count_displays(connection->shared->unsettled, connection->session_id, 0) > 0 &&
        !server_is_gone(connection))
      return FALSE;
    relay_connection_finish(connection);
    return TRUE;
  }
  if (connection->awaits_result && relay_buffer_size(in) >= SPICE_LINK_RESULT_SIZE) {
    if (spice_read_u32(relay_buffer_head(in)) != SPICE_LINK_OK)
      relay_settle_note_safe(connection);
    relay_buffer_consume(in, SPICE_LINK_RESULT_SIZE);
    connection->awaits_result = FALSE;
    send_display_init(connection);
  }
  gboolean changed = !connection->awaits_result && discard_server(connection);
  if (connection->is_unsettled && !server_is_gone(connection))
    return changed;
  relay_connection_finish(connection);
  return TRUE;
}
