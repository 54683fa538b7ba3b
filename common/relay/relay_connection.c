/* SPDX-License-Identifier: Apache-2.0 */
#include "common/relay/relay_connection.h"

#include "common/base/log.h"
#include "common/base/secret.h"
#include "common/net/openssl.h"
#include "common/relay/relay_letters.h"
#include "common/relay/relay_settle.h"
#include "common/relay/relay_steps.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#define ROUNDS_PER_TURN    16 /* so that one busy console does not starve the others of its loop */
#define ASKED_LIMIT_FACTOR 3  /* the owner may ask a broker, then wait for an agent */
#define CLOSING_LIMIT_US   (10 * G_USEC_PER_SEC) /* for the peer to read what we said last */

static void
note_address(RelayConnection *connection, const struct sockaddr_storage *address)
{
  char text[INET6_ADDRSTRLEN] = "";
  if (address->ss_family == AF_INET6) {
    const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)address;
    inet_ntop(AF_INET6, &in6->sin6_addr, text, sizeof text);
    connection->client_port = ntohs(in6->sin6_port);
  } else {
    const struct sockaddr_in *in = (const struct sockaddr_in *)address;
    inet_ntop(AF_INET, &in->sin_addr, text, sizeof text);
    connection->client_port = ntohs(in->sin_port);
  }
  /* An IPv4 client of an IPv6 socket is known by its IPv4 address. */
  connection->client_address = g_strdup(g_str_has_prefix(text, "::ffff:") ? text + 7 : text);
}

RelayConnection *
relay_connection_new(RelayLoop *loop, guint64 id, int fd, const struct sockaddr_storage *address,
                     guint64 crowd_key)
{
  RelayConnection *connection = g_new0(RelayConnection, 1);
  connection->loop = loop;
  connection->shared = relay_loop_shared(loop);
  connection->id = id;
  connection->crowd_key = crowd_key;
  connection->end_code = CARAWAY_ERROR_LAST;
  relay_end_init(&connection->client);
  relay_end_init(&connection->server);
  note_address(connection, address);
  relay_end_open(&connection->client, fd);
  relay_end_tune(&connection->client);
  relay_end_start_tls(&connection->client, connection->shared->server_tls, TRUE);
  relay_connection_enter(connection, RELAY_STATE_HANDSHAKE, connection->shared->setup_limit_us);
  relay_loop_watch(loop, fd, connection);
  return connection;
}

const guint64 *
relay_connection_id(const RelayConnection *connection)
{
  return &connection->id;
}

gboolean
relay_connection_is_end_point(const RelayConnection *connection)
{
  return connection->way == RELAY_WAY_SPICE || connection->way == RELAY_WAY_WEBSOCKET_PASSWORD;
}

static void
leave_crowd(RelayConnection *connection)
{
  if (connection->crowd_key != 0)
    relay_crowd_leave(connection->shared->crowd, connection->crowd_key);
  connection->crowd_key = 0;
}

void
relay_connection_enter(RelayConnection *connection, RelayState state, gint64 limit_us)
{
  if (state == RELAY_STATE_SPLICE || state == RELAY_STATE_STREAM)
    leave_crowd(connection);
  connection->state = state;
  connection->deadline_us = limit_us > 0 ? g_get_monotonic_time() + limit_us : 0;
}

void
relay_connection_ask(RelayConnection *connection)
{
  relay_connection_enter(connection, RELAY_STATE_ASKED,
                         connection->shared->setup_limit_us * ASKED_LIMIT_FACTOR);
  relay_letters_admit(connection->shared, relay_request_new(connection));
}

/* Once; the client may take its time to hear the end, the owner is told at once. */
static void
report(RelayConnection *connection)
{
  RelayClosed closed = {
      .connection = connection->id,
      .code = connection->end_code,
      .detail = connection->end_detail,
      .to_client_bytes = connection->to_client_bytes,
      .to_server_bytes = connection->to_server_bytes,
  };
  if (connection->is_admitted)
    relay_letters_closed(connection->shared, &closed);
  connection->is_admitted = FALSE;
}

void
relay_connection_finish(RelayConnection *connection)
{
  relay_settle_note_safe(connection);
  report(connection);
  relay_end_flush(&connection->server);
  relay_end_clear(&connection->server);
  gboolean can_talk = connection->client.tls_is_up && !connection->client.failed;
  relay_connection_enter(connection, can_talk ? RELAY_STATE_CLOSING : RELAY_STATE_OVER, CLOSING_LIMIT_US);
}

void
relay_connection_end(RelayConnection *connection, CarawayErrorCode code, const char *detail)
{
  if (connection->state >= RELAY_STATE_SETTLING)
    return;
  connection->end_code = code;
  connection->end_detail = g_strdup(detail);
  relay_end_finish(&connection->client,
                   code == CARAWAY_ERROR_LAST ? WEBSOCKET_CLOSE_NORMAL : WEBSOCKET_CLOSE_POLICY);
  gboolean settles = relay_settle_begin(connection);
  if (settles && !connection->is_unsettled)
    report(
        connection); /* a main channel: its displays end when the owner hears of it, and it waits for them */
  if (!settles)
    relay_connection_finish(connection);
}

gboolean
relay_connection_wants_ticks(const RelayConnection *connection)
{
  return connection->state == RELAY_STATE_SETTLING;
}

void
relay_connection_refuse(RelayConnection *connection, CarawayErrorCode code, const char *detail)
{
  if (connection->state >= RELAY_STATE_SETTLING)
    return;
  relay_counter_add(&connection->shared->refused, 1);
  gboolean talks_spice = connection->is_answered || relay_connection_is_end_point(connection);
  if (talks_spice)
    relay_link_refuse(connection, code);
  else
    relay_head_send_problem(connection, code, detail);
  relay_connection_end(connection, code, detail);
}

gboolean
relay_connection_is_late(const RelayConnection *connection, gint64 now_us)
{
  return connection->deadline_us != 0 && now_us >= connection->deadline_us;
}

void
relay_connection_expire(RelayConnection *connection)
{
  if (connection->state == RELAY_STATE_CLOSING) {
    connection->state = RELAY_STATE_OVER;
    return;
  }
  if (connection->state == RELAY_STATE_SETTLING) {
    relay_connection_finish(connection);
    return;
  }
  relay_counter_add(&connection->shared->timed_out, 1);
  if (connection->state >= RELAY_STATE_ASKED && connection->state < RELAY_STATE_SPLICE_MECHANISM)
    relay_connection_refuse(connection, CARAWAY_ERROR_TIMED_OUT, "the desktop did not answer in time");
  else
    relay_connection_end(connection, CARAWAY_ERROR_TIMED_OUT, "the client was too slow");
}

static void
refuse_peer(RelayConnection *connection, const GError *refusal)
{
  log_write(LOG_LEVEL_INFO, LOG_FIELDS(.code = error_code_name(CARAWAY_ERROR_UNTRUSTED)),
            "refused a console for %s: %s", connection->client_address, refusal->message);
  relay_counter_add(&connection->shared->refused, 1);
  relay_head_send_status(connection, 403, CARAWAY_ERROR_UNTRUSTED, refusal->message);
  relay_connection_end(connection, CARAWAY_ERROR_UNTRUSTED, refusal->message);
}

/* People show no certificate; a machine that shows one that does not count is told so. */
static gboolean
note_peer(RelayConnection *connection)
{
  g_autoptr(GError) refusal = NULL;
  g_autoptr(X509) peer = SSL_get1_peer_certificate(connection->client.tls);
  if (peer == NULL)
    return TRUE;
  g_autoptr(Identity) identity = credentials_check_peer(connection->shared->credentials, peer, &refusal);
  if (identity == NULL) {
    refuse_peer(connection, refusal);
    return FALSE;
  }
  connection->peer_identity = identity_text(identity);
  connection->peer_is_portal = identity->role == IDENTITY_PORTAL;
  if (connection->peer_is_portal)
    leave_crowd(connection); /* behind its address are many people */
  return TRUE;
}

static gboolean
step_handshake(RelayConnection *connection)
{
  RelayHandshake result = relay_end_handshake(&connection->client);
  if (result == RELAY_HANDSHAKE_MORE)
    return FALSE;
  if (result == RELAY_HANDSHAKE_FAILED) {
    relay_counter_add(&connection->shared->handshakes_failed, 1);
    connection->state = RELAY_STATE_OVER;
    return TRUE;
  }
  if (note_peer(connection))
    relay_connection_enter(connection, RELAY_STATE_HEAD, connection->shared->setup_limit_us);
  return TRUE;
}

static gboolean
step_asked(RelayConnection *connection)
{
  return FALSE;
}

/* What the client still sends is read and forgotten, so that our last words are not lost by a reset. */
static gboolean
step_closing(RelayConnection *connection)
{
  relay_buffer_clear(&connection->client.in);
  if (!connection->client.failed && !(connection->client.eof && connection->client.ended))
    return FALSE;
  connection->state = RELAY_STATE_OVER;
  return TRUE;
}

static gboolean (*const steps[])(RelayConnection *connection) = {
    [RELAY_STATE_HANDSHAKE] = step_handshake,
    [RELAY_STATE_HEAD] = relay_head_step,
    [RELAY_STATE_CLIENT_LINK] = relay_link_step_message,
    [RELAY_STATE_CLIENT_TICKET] = relay_link_step_ticket,
    [RELAY_STATE_ASKED] = step_asked,
    [RELAY_STATE_CONNECTING] = relay_upstream_step_connecting,
    [RELAY_STATE_UPSTREAM_TLS] = relay_upstream_step_tls,
    [RELAY_STATE_UPSTREAM_HEAD] = relay_upstream_step_head,
    [RELAY_STATE_UPSTREAM_LINK] = relay_link_step_reply,
    [RELAY_STATE_UPSTREAM_RESULT] = relay_link_step_result,
    [RELAY_STATE_SPLICE_REPLY] = relay_splice_step_reply,
    [RELAY_STATE_SPLICE_MECHANISM] = relay_splice_step_mechanism,
    [RELAY_STATE_SPLICE_TICKET] = relay_splice_step_ticket,
    [RELAY_STATE_SPLICE_RESULT] = relay_splice_step_result,
    [RELAY_STATE_SPLICE] = relay_splice_step_messages,
    [RELAY_STATE_STREAM] = relay_splice_step_stream,
    [RELAY_STATE_SETTLING] = relay_settle_step,
    [RELAY_STATE_CLOSING] = step_closing,
    [RELAY_STATE_OVER] = step_asked,
};

/* Before bytes are spliced, an end that is gone ends the connection at once. */
static gboolean
check_ends(RelayConnection *connection)
{
  if (connection->state <= RELAY_STATE_HANDSHAKE || connection->state >= RELAY_STATE_SPLICE)
    return FALSE;
  gboolean nothing_left = relay_buffer_size(&connection->client.in) == 0;
  if (connection->client.failed || (connection->client.eof && nothing_left))
    relay_connection_end(connection, CARAWAY_ERROR_LAST, "the client left");
  else if (connection->server.failed ||
           (connection->server.eof && relay_buffer_size(&connection->server.in) == 0))
    relay_connection_refuse(connection, CARAWAY_ERROR_HOST_GONE,
                            "the desktop's console closed the connection");
  return connection->state >= RELAY_STATE_SETTLING;
}

static gboolean
run_round(RelayConnection *connection)
{
  gboolean changed = FALSE;
  gboolean server_talks = connection->state >= RELAY_STATE_UPSTREAM_HEAD;
  if (connection->state != RELAY_STATE_HANDSHAKE)
    changed |= relay_end_fill(&connection->client);
  if (server_talks)
    changed |= relay_end_fill(&connection->server);
  changed |= steps[connection->state](connection);
  changed |= check_ends(connection);
  if (connection->state != RELAY_STATE_HANDSHAKE)
    changed |= relay_end_flush(&connection->client);
  if (server_talks)
    changed |= relay_end_flush(&connection->server);
  return changed;
}

RelayRun
relay_connection_run(RelayConnection *connection)
{
  for (int round = 0; round < ROUNDS_PER_TURN; round++) {
    gboolean changed = run_round(connection);
    if (connection->state == RELAY_STATE_OVER)
      return RELAY_RUN_OVER;
    if (!changed)
      return RELAY_RUN_IDLE;
  }
  return RELAY_RUN_AGAIN;
}

void
relay_connection_free(RelayConnection *connection)
{
  if (connection == NULL)
    return;
  leave_crowd(connection);
  relay_settle_note_safe(connection);
  report(connection);
  relay_end_clear(&connection->client);
  relay_end_clear(&connection->server);
  g_free(connection->client_address);
  g_free(connection->peer_identity);
  g_free(connection->forwarded_address);
  g_free(connection->accept_key);
  g_free(connection->target_identity);
  g_free(connection->end_detail);
  secret_free(connection->credential);
  secret_free(connection->target_grant);
  g_free(connection);
}
