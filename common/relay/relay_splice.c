/* SPDX-License-Identifier: Apache-2.0 */
#include "common/relay/relay_letters.h"
#include "common/relay/relay_settle.h"
#include "common/relay/relay_steps.h"

#include "common/base/log.h"

#define HALF_CLOSED_LIMIT_US (10 * G_USEC_PER_SEC)
#define STREAM_IDLE_LIMIT_US (10 * 60 * G_USEC_PER_SEC)

/* Moves @size bytes, which are there and fit. */
static void
move(RelayEnd *from, RelayEnd *to, gsize size, guint64 *count)
{
  relay_end_send(to, relay_buffer_head(&from->in), size);
  relay_buffer_consume(&from->in, size);
  *count += size;
}

static void
to_server(RelayConnection *connection, gsize size)
{
  move(&connection->client, &connection->server, size, &connection->to_server_bytes);
  relay_counter_add(&connection->shared->to_server_bytes, size);
}

static void
to_client(RelayConnection *connection, gsize size)
{
  move(&connection->server, &connection->client, size, &connection->to_client_bytes);
  relay_counter_add(&connection->shared->to_client_bytes, size);
}

static gboolean
violate(RelayConnection *connection, const char *what)
{
  const char *name = spice_channel_name(connection->link.channel_type);
  g_autofree char *detail =
      g_strdup_printf("the client broke the protocol on its %s channel: %s", name, what);
  relay_counter_add(&connection->shared->violations, 1);
  log_write(LOG_LEVEL_WARNING, LOG_FIELDS(.code = error_code_name(CARAWAY_ERROR_PROTOCOL)),
            "console of %s ended: %s", connection->client_address, detail);
  relay_connection_end(connection, CARAWAY_ERROR_PROTOCOL, detail);
  return TRUE;
}

void
relay_splice_start_link(RelayConnection *connection)
{
  relay_settle_note_link(connection);
  relay_connection_enter(connection, RELAY_STATE_SPLICE_REPLY, connection->shared->setup_limit_us);
  to_server(connection, connection->link.size);
}

void
relay_splice_start_messages(RelayConnection *connection, gboolean mini_header)
{
  spice_guard_init(&connection->guard, connection->link.channel_type);
  connection->to_server.mini = connection->to_client.mini = mini_header;
  if (connection->way == RELAY_WAY_SPICE)
    relay_end_align(&connection->client, mini_header);
  /* The server's display worker stands still until DISPLAY_INIT comes. */
  gboolean must_begin = connection->link.channel_type == SPICE_TYPE_DISPLAY;
  relay_connection_enter(connection, RELAY_STATE_SPLICE, must_begin ? connection->shared->setup_limit_us : 0);
}

gboolean
relay_splice_step_reply(RelayConnection *connection)
{
  SpiceLinkReplyMessage reply;
  const RelayBuffer *in = &connection->server.in;
  SpiceParse parse = spice_link_parse_reply(relay_buffer_head(in), relay_buffer_size(in), &reply);
  if (parse == SPICE_PARSE_MORE)
    return FALSE;
  if (parse == SPICE_PARSE_BAD) {
    relay_connection_end(connection, CARAWAY_ERROR_HOST_GONE, "the desktop's console does not speak SPICE");
    return TRUE;
  }
  guint32 common = reply.common_caps & connection->link.common_caps;
  connection->to_client.mini = (common & SPICE_COMMON_MINI_HEADER) != 0;
  connection->ticket_remaining = SPICE_LINK_TICKET_SIZE;
  to_client(connection, reply.size);
  if (reply.result != SPICE_LINK_OK)
    relay_connection_end(connection, CARAWAY_ERROR_HOST_GONE, "the desktop's console refused the channel");
  else
    relay_connection_enter(connection,
                           (common & SPICE_COMMON_AUTH_SELECTION) != 0 ? RELAY_STATE_SPLICE_MECHANISM
                                                                       : RELAY_STATE_SPLICE_TICKET,
                           connection->shared->setup_limit_us);
  return TRUE;
}

gboolean
relay_splice_step_mechanism(RelayConnection *connection)
{
  const RelayBuffer *in = &connection->client.in;
  if (relay_buffer_size(in) < SPICE_LINK_MECHANISM_SIZE)
    return FALSE;
  if (spice_read_u32(relay_buffer_head(in)) != SPICE_LINK_AUTH_SPICE)
    return violate(connection, "an authentication that is not offered");
  to_server(connection, SPICE_LINK_MECHANISM_SIZE);
  relay_connection_enter(connection, RELAY_STATE_SPLICE_TICKET, connection->shared->setup_limit_us);
  return TRUE;
}

gboolean
relay_splice_step_ticket(RelayConnection *connection)
{
  gsize size = MIN(relay_buffer_size(&connection->client.in), connection->ticket_remaining);
  to_server(connection, size);
  connection->ticket_remaining -= size;
  if (connection->ticket_remaining == 0)
    relay_connection_enter(connection, RELAY_STATE_SPLICE_RESULT, connection->shared->setup_limit_us);
  return size > 0;
}

gboolean
relay_splice_step_result(RelayConnection *connection)
{
  const RelayBuffer *in = &connection->server.in;
  if (relay_buffer_size(in) < SPICE_LINK_RESULT_SIZE)
    return FALSE;
  guint32 result = spice_read_u32(relay_buffer_head(in));
  to_client(connection, SPICE_LINK_RESULT_SIZE);
  if (result != SPICE_LINK_OK)
    relay_connection_end(connection, CARAWAY_ERROR_HOST_GONE, "the desktop's console refused the channel");
  else
    relay_splice_start_messages(connection, connection->to_client.mini);
  return TRUE;
}

/* In front of a message of the client: whether it may pass. FALSE ends the round: more is needed, or it is
 * over. */
static gboolean
judge_client(RelayConnection *connection)
{
  SpiceMessageHeader header;
  const RelayBuffer *in = &connection->client.in;
  const guint8 *bytes = relay_buffer_head(in);
  gsize header_size = spice_cursor_header_size(&connection->to_server);
  SpiceParse parse = spice_cursor_parse_header(&connection->to_server, bytes, relay_buffer_size(in), &header);
  if (parse == SPICE_PARSE_BAD)
    violate(connection, "a message that is far too large");
  if (parse != SPICE_PARSE_DONE || relay_buffer_size(in) < header_size + MIN(header.size, SPICE_GUARD_PEEK))
    return FALSE;
  const char *wrong = spice_guard_check(&connection->guard, &header, bytes + header_size);
  if (wrong != NULL) {
    violate(connection, wrong);
    return FALSE;
  }
  if (connection->guard.display_is_initialised)
    connection->deadline_us = 0;
  spice_cursor_enter(&connection->to_server, &header);
  return TRUE;
}

static gboolean
pump_to_server(RelayConnection *connection)
{
  gboolean changed = FALSE;
  while (relay_buffer_size(&connection->client.in) > 0 && relay_end_space(&connection->server) > 0) {
    if (connection->to_server.remaining == 0 && !judge_client(connection))
      return changed || connection->state != RELAY_STATE_SPLICE;
    gsize size = spice_cursor_limit(&connection->to_server, relay_buffer_size(&connection->client.in));
    size = MIN(size, relay_end_space(&connection->server));
    spice_cursor_advance(&connection->to_server, size);
    to_server(connection, size);
    changed = TRUE;
  }
  return changed;
}

gboolean
relay_splice_note_server(RelayConnection *connection)
{
  SpiceMessageHeader header;
  const RelayBuffer *in = &connection->server.in;
  gsize header_size = spice_cursor_header_size(&connection->to_client);
  SpiceParse parse = spice_cursor_parse_header(&connection->to_client, relay_buffer_head(in),
                                               relay_buffer_size(in), &header);
  if (parse == SPICE_PARSE_BAD) {
    connection->to_client_is_opaque = TRUE;
    relay_counter_add(&connection->shared->unparsed_streams, 1);
    return TRUE;
  }
  if (parse == SPICE_PARSE_MORE)
    return FALSE;
  gboolean names_session =
      connection->link.channel_type == SPICE_TYPE_MAIN && header.type == SPICE_MSG_MAIN_INIT_TYPE;
  if (names_session && header.size >= 4 && !connection->has_session) {
    if (relay_buffer_size(in) < header_size + 4)
      return FALSE;
    /* Once: a server that says it again and again must not fill the owner's mailbox. */
    connection->has_session = TRUE;
    connection->session_id = spice_read_u32(relay_buffer_head(in) + header_size);
    relay_letters_session_known(connection->shared, connection->id, connection->session_id);
  }
  if (connection->guard.display_is_initialised && header.type > SPICE_MSG_BASE_LAST_TYPE)
    relay_settle_note_safe(connection);
  spice_guard_note_server(&connection->guard, header.type);
  spice_cursor_enter(&connection->to_client, &header);
  return TRUE;
}

static gboolean
pump_to_client(RelayConnection *connection)
{
  gboolean changed = FALSE;
  while (relay_buffer_size(&connection->server.in) > 0 && relay_end_space(&connection->client) > 0) {
    if (!connection->to_client_is_opaque && connection->to_client.remaining == 0 &&
        !relay_splice_note_server(connection))
      return changed;
    gsize size = MIN(relay_buffer_size(&connection->server.in), relay_end_space(&connection->client));
    if (!connection->to_client_is_opaque) {
      size = spice_cursor_limit(&connection->to_client, size);
      spice_cursor_advance(&connection->to_client, size);
    }
    to_client(connection, size);
    changed = TRUE;
  }
  return changed;
}

/* Passes ends of streams on, and ends the connection when both directions have ended or one end is gone. What
 * the server said last still reaches the client. */
static gboolean
pass_ends(RelayConnection *connection, gboolean client_has_rest)
{
  RelayEnd *client = &connection->client, *server = &connection->server;
  gboolean client_is_done = client->eof && !client_has_rest;
  gboolean server_is_done = (server->eof || server->failed) && relay_buffer_size(&server->in) == 0;
  if (client->failed || server->failed || (client_is_done && server_is_done)) {
    gboolean may_wait = server->failed && !client->failed && relay_buffer_size(&server->in) > 0;
    if (!may_wait)
      relay_connection_end(connection, CARAWAY_ERROR_LAST,
                           client->failed ? "the client left" : "it was closed");
    return !may_wait;
  }
  if (client_is_done && connection->state == RELAY_STATE_SPLICE) {
    relay_connection_end(connection, CARAWAY_ERROR_LAST,
                         "the client left"); /* SPICE knows no half-closed channel */
    return TRUE;
  }
  if ((client_is_done && !server->ending) || (server_is_done && !client->ending)) {
    relay_end_finish(client_is_done ? server : client, WEBSOCKET_CLOSE_NORMAL);
    relay_connection_enter(connection, connection->state, HALF_CLOSED_LIMIT_US);
    return TRUE;
  }
  return FALSE;
}

gboolean
relay_splice_step_messages(RelayConnection *connection)
{
  gboolean changed = pump_to_server(connection);
  if (connection->state != RELAY_STATE_SPLICE)
    return TRUE;
  changed |= pump_to_client(connection);
  /* A rest that is no whole message will never pass. */
  gboolean has_rest = relay_buffer_size(&connection->client.in) > 0 && connection->to_server.remaining > 0;
  return pass_ends(connection, has_rest) || changed;
}

gboolean
relay_splice_step_stream(RelayConnection *connection)
{
  gsize up = MIN(relay_buffer_size(&connection->client.in), relay_end_space(&connection->server));
  gsize down = MIN(relay_buffer_size(&connection->server.in), relay_end_space(&connection->client));
  to_server(connection, up);
  to_client(connection, down);
  if (up + down > 0)
    relay_connection_enter(connection, RELAY_STATE_STREAM, STREAM_IDLE_LIMIT_US);
  return pass_ends(connection, relay_buffer_size(&connection->client.in) > 0) || up + down > 0;
}
