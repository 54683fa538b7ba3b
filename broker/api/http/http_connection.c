/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/api/http/http_connection.h"

#include "broker/api/http/http_connection_private.h"
#include "common/net/openssl.h"

#include <openssl/x509v3.h>
#include <string.h>

#define STEPS_AT_ONCE 64   /* then it is the turn of others */
#define AGE_LIMIT_S   3600 /* who is behind it was looked at when it began */

static const gint64 LIMITS_S[] = {
    [PHASE_HANDSHAKE] = 10, [PHASE_REST] = 75,  [PHASE_HEAD] = 30,   [PHASE_BODY] = 0, /* goes on */
    [PHASE_WORK] = -1,      [PHASE_WRITE] = 60, [PHASE_STREAM] = -1, [PHASE_DISCARD] = 5,
};

static void on_ready(guint32 events, gpointer data);

/* Each phase has its time; that of a request is one from its first byte to its last. Programs of ours never
 * end a connection for its rest (docs/decisions/rested-connections.md), others do so after 60 s as a rule:
 * before us. */
void
http_connection_set_phase(HttpConnection *connection, HttpConnectionPhase phase)
{
  gboolean rested = connection->phase == PHASE_REST, rests = phase == PHASE_REST;
  connection->phase = phase;
  if (LIMITS_S[phase] > 0)
    connection->deadline_us = g_get_monotonic_time() + LIMITS_S[phase] * G_TIME_SPAN_SECOND;
  else if (LIMITS_S[phase] < 0)
    connection->deadline_us = G_MAXINT64;
  if (rested != rests)
    connection->events->rests(connection, rests, connection->user_data);
}

HttpConnection *
http_connection_new(TlsSocket *socket, const char *address, ReadySet *set, const HttpConnectionEvents *events,
                    gpointer user_data)
{
  HttpConnection *connection = g_rc_box_new0(HttpConnection);
  connection->socket = socket;
  connection->address = g_strdup(address);
  connection->events = events;
  connection->user_data = user_data;
  connection->is_open = TRUE;
  connection->age_limit_us = g_get_monotonic_time() + AGE_LIMIT_S * G_TIME_SPAN_SECOND;
  connection->watch = ready_set_add(set, tls_socket_fd(socket), EPOLLIN, on_ready, connection);
  http_connection_set_phase(connection, PHASE_HANDSHAKE);
  if (connection->watch == NULL)
    g_clear_pointer(&connection, http_connection_unref);
  return connection;
}

HttpConnection *
http_connection_ref(HttpConnection *connection)
{
  return g_rc_box_acquire(connection);
}

static void
clear(gpointer data)
{
  HttpConnection *connection = data;
  ready_watch_free(connection->watch);
  tls_socket_free(connection->socket, FALSE);
  identity_free(connection->peer);
  X509_free(connection->certificate);
  g_clear_error(&connection->turned_away);
  g_free(connection->address);
}

void
http_connection_unref(HttpConnection *connection)
{
  g_rc_box_release_full(connection, clear);
}

static void
drop_request(HttpConnection *connection)
{
  if (connection->kept != NULL)
    connection->free_kept(g_steal_pointer(&connection->kept));
  if (connection->content != NULL && connection->content->len > 0)
    explicit_bzero(connection->content->data, connection->content->len);
  g_clear_pointer(&connection->content, g_byte_array_unref);
}

/* The set and the upper layer let go of it; references that are left see that it is not open. */
void
http_connection_end(HttpConnection *connection, gboolean is_cut)
{
  if (!connection->is_open)
    return;
  connection->is_open = FALSE;
  if (connection->phase == PHASE_REST)
    connection->events->rests(connection, FALSE, connection->user_data);
  g_clear_pointer(&connection->watch, ready_watch_free);
  tls_socket_free(g_steal_pointer(&connection->socket), is_cut);
  drop_request(connection);
  g_clear_pointer(&connection->input, g_byte_array_unref);
  if (connection->stream != NULL)
    connection->stream->ended(connection->stream_data);
  if (connection->taken != NULL)
    connection->taken(NULL, connection->taken_data);
  connection->events->ended(connection, connection->user_data);
}

void
http_connection_abort(HttpConnection *connection)
{
  http_connection_end(connection, connection->phase != PHASE_REST);
}

void
http_connection_check_time(HttpConnection *connection, gint64 now_us)
{
  if (now_us >= connection->deadline_us)
    http_connection_abort(connection);
}

/* While a request is worked on, what else comes waits in the socket. */
static void
watch(HttpConnection *connection, guint32 events, gboolean has_more)
{
  if (has_more) { /* a socket that can be written to is ready in the next turn */
    ready_watch_set(connection->watch, EPOLLIN | EPOLLOUT);
    return;
  }
  switch (connection->phase) {
  case PHASE_WORK:
    if ((events & EPOLLIN) != 0) /* only now, as most clients send nothing then */
      ready_watch_set(connection->watch, 0);
    break;
  case PHASE_STREAM:
    ready_watch_set(connection->watch,
                    EPOLLIN | EPOLLRDHUP | (connection->is_written ? 0 : (guint32)EPOLLOUT));
    break;
  default:
    ready_watch_set(connection->watch, tls_socket_wants(connection->socket));
    break;
  }
}

/* Goes on as far as it can without waiting. What is called here may answer at once, or end it. */
void
http_connection_run(HttpConnection *connection, guint32 events)
{
  if (connection->is_running || !connection->is_open)
    return;
  http_connection_ref(connection);
  connection->is_running = TRUE;
  guint steps = 0;
  while (steps < STEPS_AT_ONCE && connection->is_open && http_connection_step(connection))
    steps++;
  connection->is_running = FALSE;
  if (connection->is_open)
    watch(connection, events, steps == STEPS_AT_ONCE);
  http_connection_unref(connection);
}

static void
on_ready(guint32 events, gpointer data)
{
  HttpConnection *connection = data;
  gboolean is_gone = (events & (EPOLLHUP | EPOLLERR)) != 0;
  if (is_gone && (connection->phase == PHASE_WORK || connection->phase == PHASE_STREAM))
    http_connection_end(connection, TRUE);
  else
    http_connection_run(connection, events);
}

gboolean
http_connection_is_open(const HttpConnection *connection)
{
  return connection->is_open;
}

gboolean
http_connection_is_busy(const HttpConnection *connection)
{
  return connection->is_open && (connection->phase == PHASE_WORK || connection->phase == PHASE_WRITE);
}

void
http_connection_set_peer(HttpConnection *connection, Identity *peer, X509 *certificate)
{
  X509_up_ref(certificate);
  connection->peer = peer;
  connection->certificate = certificate;
}

const Identity *
http_connection_peer(const HttpConnection *connection)
{
  return connection->peer;
}

void
http_connection_turn_away(HttpConnection *connection, GError *reason)
{
  connection->turned_away = reason;
  http_connection_set_last(connection);
}

const GError *
http_connection_turned_away(const HttpConnection *connection)
{
  return connection->turned_away;
}

gboolean
http_connection_peer_has_name(const HttpConnection *connection, const char *host)
{
  return connection->certificate != NULL &&
         (X509_check_host(connection->certificate, host, 0, 0, NULL) == 1 ||
          X509_check_ip_asc(connection->certificate, host, 0) == 1);
}

const char *
http_connection_address(const HttpConnection *connection)
{
  return connection->address;
}

void
http_connection_keep(HttpConnection *connection, gpointer request, GDestroyNotify free_func)
{
  connection->kept = request;
  connection->free_kept = free_func;
}

gpointer
http_connection_take(HttpConnection *connection)
{
  return g_steal_pointer(&connection->kept);
}

gboolean
http_connection_is_last(HttpConnection *connection)
{
  connection->is_last |= g_get_monotonic_time() >= connection->age_limit_us;
  return connection->is_last;
}

gint64
http_connection_since_answer_us(const HttpConnection *connection)
{
  return connection->answered_us != 0 ? g_get_monotonic_time() - connection->answered_us : G_MAXINT64;
}

void
http_connection_set_last(HttpConnection *connection)
{
  connection->is_last = TRUE;
}

gboolean
http_connection_takes_chunks(const HttpConnection *connection)
{
  return connection->minor_version == 1;
}

void
http_connection_answer(HttpConnection *connection, const char *head, const char *body, gsize body_size)
{
  drop_request(connection);
  tls_socket_queue(connection->socket, head, strlen(head));
  if (body != NULL && !connection->is_head_request)
    tls_socket_queue(connection->socket, body, body_size);
  http_connection_set_phase(connection, PHASE_WRITE);
  http_connection_run(connection, 0);
}

void
http_connection_answer_stream(HttpConnection *connection, const char *head,
                              const HttpConnectionStream *stream, gpointer user_data)
{
  http_connection_set_last(connection);
  tls_socket_queue(connection->socket, head, strlen(head));
  connection->stream = stream;
  connection->stream_data = user_data;
  connection->is_written = FALSE;
  http_connection_set_phase(connection, PHASE_STREAM);
  http_connection_run(connection, 0);
}

void
http_connection_send(HttpConnection *connection, const char *text, gboolean is_last)
{
  g_autofree char *chunk = g_strdup_printf("%zx\r\n%s\r\n%s", strlen(text), text, is_last ? "0\r\n\r\n" : "");
  const char *sent = http_connection_takes_chunks(connection) ? chunk : text;
  tls_socket_queue(connection->socket, sent, strlen(sent));
  connection->is_written = FALSE;
  if (is_last) /* with the time that a last answer has */
    http_connection_set_phase(connection, PHASE_WRITE);
  http_connection_run(connection, 0);
}

void
http_connection_upgrade(HttpConnection *connection, const char *head,
                        void (*taken)(GIOStream *stream, gpointer user_data), gpointer user_data)
{
  tls_socket_queue(connection->socket, head, strlen(head));
  connection->taken = taken;
  connection->taken_data = user_data;
  http_connection_set_phase(connection, PHASE_WRITE);
  http_connection_run(connection, 0);
}
