/* SPDX-License-Identifier: Apache-2.0 */
#include "common/relay/relay_settle.h"
#include "common/relay/relay_steps.h"
#include "common/relay/relay_ticket.h"

#include <string.h>

static void
send_reply(RelayConnection *connection, SpiceLinkResult result)
{
  SpiceLinkReplyMessage reply = {
      .result = result,
      .common_caps = SPICE_COMMON_RELAYED,
      .channel_caps = spice_channel_server_caps(connection->link.channel_type),
  };
  guint8 bytes[SPICE_LINK_MAX_BYTES];
  memcpy(reply.key, connection->shared->ticket_public_key, sizeof reply.key);
  gsize size = spice_link_write_reply(&reply, bytes);
  if (size <= relay_end_space(&connection->client))
    relay_end_send(&connection->client, bytes, size);
}

static void
send_result(RelayConnection *connection, guint32 result)
{
  guint8 bytes[SPICE_LINK_RESULT_SIZE];
  spice_write_u32(bytes, result);
  if (sizeof bytes <= relay_end_space(&connection->client))
    relay_end_send(&connection->client, bytes, sizeof bytes);
}

static SpiceLinkResult
link_result(CarawayErrorCode code)
{
  switch (code) {
  case CARAWAY_ERROR_GRANT_INVALID:
  case CARAWAY_ERROR_CHANNEL_FORBIDDEN:
  case CARAWAY_ERROR_FORBIDDEN:
    return SPICE_LINK_PERMISSION_DENIED;
  case CARAWAY_ERROR_CONFLICT:
    return SPICE_LINK_BAD_CONNECTION_ID;
  default:
    return SPICE_LINK_ERROR;
  }
}

void
relay_link_refuse(RelayConnection *connection, CarawayErrorCode code)
{
  gboolean has_reply = relay_connection_is_end_point(connection) && connection->credential != NULL;
  gboolean is_spliced = connection->state >= RELAY_STATE_SPLICE_MECHANISM;
  if (is_spliced || (relay_connection_is_end_point(connection) && !connection->has_link))
    return;
  /* After the ticket a result that is not OK makes viewers ask for another password: right for a wrong one
   * alone. */
  if (has_reply && code == CARAWAY_ERROR_GRANT_INVALID)
    send_result(connection, SPICE_LINK_PERMISSION_DENIED);
  else if (!has_reply)
    send_reply(connection, link_result(code));
}

/* The link that came is right; what is next depends on who the end point is and who was asked what. */
static void
take_message(RelayConnection *connection)
{
  gint64 limit_us = connection->shared->setup_limit_us;
  SpiceChannelSet set = spice_channel_set_of(connection->link.channel_type);
  connection->has_link = TRUE;
  if (set == 0) {
    relay_connection_refuse(connection, CARAWAY_ERROR_CHANNEL_FORBIDDEN, "there is no such kind of channel");
  } else if (relay_connection_is_end_point(connection)) {
    relay_buffer_consume(&connection->client.in, connection->link.size);
    send_reply(connection, SPICE_LINK_OK);
    relay_connection_enter(connection, RELAY_STATE_CLIENT_TICKET, limit_us);
  } else if (!connection->is_admitted) {
    relay_connection_ask(connection);
  } else if ((connection->policy.channels & set) == 0) {
    relay_connection_refuse(connection, CARAWAY_ERROR_CHANNEL_FORBIDDEN,
                            "this kind of channel is not allowed for the desktop");
  } else {
    relay_splice_start_link(connection);
  }
}

gboolean
relay_link_step_message(RelayConnection *connection)
{
  SpiceLinkResult result = SPICE_LINK_OK;
  const RelayBuffer *in = &connection->client.in;
  switch (
      spice_link_parse_message(relay_buffer_head(in), relay_buffer_size(in), &connection->link, &result)) {
  case SPICE_PARSE_MORE:
    return FALSE;
  case SPICE_PARSE_DONE:
    take_message(connection);
    return TRUE;
  case SPICE_PARSE_BAD:
    break;
  }
  relay_counter_add(&connection->shared->malformed, 1);
  send_reply(connection, result);
  relay_connection_end(connection, CARAWAY_ERROR_PROTOCOL, "the client's SPICE link message is malformed");
  return TRUE;
}

gboolean
relay_link_step_ticket(RelayConnection *connection)
{
  RelayBuffer *in = &connection->client.in;
  gboolean selects = (connection->link.common_caps & SPICE_COMMON_AUTH_SELECTION) != 0;
  gsize mechanism_size = selects ? SPICE_LINK_MECHANISM_SIZE : 0;
  const guint8 *bytes = relay_buffer_head(in);
  if (relay_buffer_size(in) < mechanism_size + SPICE_LINK_TICKET_SIZE)
    return FALSE;
  if (selects && spice_read_u32(bytes) != SPICE_LINK_AUTH_SPICE) {
    relay_connection_end(connection, CARAWAY_ERROR_PROTOCOL, "the client wants another authentication");
    return TRUE;
  }
  connection->credential = relay_ticket_decrypt(connection->shared->ticket_key, bytes + mechanism_size);
  relay_buffer_consume(in, mechanism_size + SPICE_LINK_TICKET_SIZE);
  if (connection->credential != NULL) {
    relay_connection_ask(connection);
    return TRUE;
  }
  send_result(connection, SPICE_LINK_PERMISSION_DENIED);
  relay_connection_end(connection, CARAWAY_ERROR_GRANT_INVALID, "the client's ticket cannot be read");
  return TRUE;
}

void
relay_link_start_upstream(RelayConnection *connection)
{
  guint8 bytes[SPICE_LINK_MAX_BYTES];
  SpiceLinkMessage message = connection->link;
  message.common_caps =
      (message.common_caps & SPICE_COMMON_RELAYED) | SPICE_COMMON_AUTH_SELECTION | SPICE_COMMON_AUTH_SPICE;
  message.channel_caps &= spice_channel_client_caps(message.channel_type);
  relay_end_send(&connection->server, bytes, spice_link_write_message(&message, bytes));
  relay_settle_note_link(connection);
  relay_connection_enter(connection, RELAY_STATE_UPSTREAM_LINK, connection->shared->setup_limit_us);
}

/* NULL when the server keeps what our reply promised the client in its name. */
static const char *
judge_reply(const RelayConnection *connection, const SpiceLinkReplyMessage *reply)
{
  guint32 promised = spice_channel_server_caps(connection->link.channel_type);
  if (reply->result != SPICE_LINK_OK)
    return "the desktop's console refused the channel";
  if ((reply->common_caps & SPICE_COMMON_RELAYED) != SPICE_COMMON_RELAYED ||
      (reply->channel_caps & promised) != promised)
    return "the desktop's SPICE server lacks a capability that every host must have";
  return NULL;
}

gboolean
relay_link_step_reply(RelayConnection *connection)
{
  SpiceLinkReplyMessage reply;
  RelayBuffer *in = &connection->server.in;
  guint8 answer[SPICE_LINK_MECHANISM_SIZE + SPICE_LINK_TICKET_SIZE];
  SpiceParse parse = spice_link_parse_reply(relay_buffer_head(in), relay_buffer_size(in), &reply);
  if (parse == SPICE_PARSE_MORE)
    return FALSE;
  const char *wrong = parse == SPICE_PARSE_BAD ? "the desktop's console does not speak SPICE"
                                               : judge_reply(connection, &reply);
  spice_write_u32(answer, SPICE_LINK_AUTH_SPICE);
  if (wrong == NULL && !relay_ticket_encrypt_empty(reply.key, answer + SPICE_LINK_MECHANISM_SIZE))
    wrong = "the desktop's console sent a bad key";
  if (wrong != NULL) {
    relay_connection_refuse(connection, CARAWAY_ERROR_HOST_GONE, wrong);
    return TRUE;
  }
  relay_buffer_consume(in, reply.size);
  relay_end_send(&connection->server, answer, sizeof answer);
  relay_connection_enter(connection, RELAY_STATE_UPSTREAM_RESULT, connection->shared->setup_limit_us);
  return TRUE;
}

gboolean
relay_link_step_result(RelayConnection *connection)
{
  RelayBuffer *in = &connection->server.in;
  if (relay_buffer_size(in) < SPICE_LINK_RESULT_SIZE)
    return FALSE;
  if (spice_read_u32(relay_buffer_head(in)) != SPICE_LINK_OK) {
    relay_connection_refuse(connection, CARAWAY_ERROR_HOST_GONE, "the desktop's console refused the channel");
    return TRUE;
  }
  relay_buffer_consume(in, SPICE_LINK_RESULT_SIZE);
  send_result(connection, SPICE_LINK_OK);
  /* The server was asked for what the client asked for, and has all of SPICE_COMMON_RELAYED. */
  relay_splice_start_messages(connection, (connection->link.common_caps & SPICE_COMMON_MINI_HEADER) != 0);
  return TRUE;
}
