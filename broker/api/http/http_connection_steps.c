/* SPDX-License-Identifier: Apache-2.0 */
/* The steps of a connection's conversation, by its phase. */
#include "broker/api/http/http_connection_private.h"

#include <string.h>

#define READ_SIZE   16384             /* see tls_socket_read() */
#define DISCARD_MAX (4 * 1024 * 1024) /* of what comes after a refusal: read, so that the refusal arrives */

static const char CONTINUE[] = "HTTP/1.1 100 Continue\r\n\r\n";

static gboolean
end(HttpConnection *connection, gboolean is_cut)
{
  http_connection_end(connection, is_cut);
  return FALSE;
}

static gboolean
shake_hands(HttpConnection *connection)
{
  switch (tls_socket_handshake(connection->socket)) {
  case TLS_SOCKET_DONE:
    break;
  case TLS_SOCKET_WAIT:
    return FALSE;
  case TLS_SOCKET_END:
  default:
    return end(connection, FALSE);
  }
  X509 *certificate = tls_socket_peer(connection->socket);
  gboolean is_welcome = connection->events->greet(connection, certificate, connection->user_data);
  X509_free(certificate);
  if (!is_welcome)
    return end(connection, FALSE);
  http_connection_set_phase(connection, PHASE_REST);
  return TRUE;
}

/* Adds what has come to the input; FALSE when there is nothing, or when that was the end. */
static gboolean
read_more(HttpConnection *connection)
{
  char buffer[READ_SIZE];
  gsize size = 0;
  switch (tls_socket_read(connection->socket, buffer, sizeof buffer, &size)) {
  case TLS_SOCKET_DONE:
    break;
  case TLS_SOCKET_WAIT:
    return FALSE;
  case TLS_SOCKET_END:
  default:
    return end(connection, FALSE);
  }
  if (connection->input == NULL)
    connection->input = g_byte_array_new();
  g_byte_array_append(connection->input, (const guint8 *)buffer, (guint)size);
  explicit_bzero(buffer, size); /* tokens and passwords pass here */
  return TRUE;
}

static void
drop_input(HttpConnection *connection, gsize size)
{
  if (size < connection->input->len) {
    g_byte_array_remove_range(connection->input, 0, (guint)size);
    return;
  }
  explicit_bzero(connection->input->data, connection->input->len);
  g_clear_pointer(&connection->input, g_byte_array_unref);
}

/* An answer that leaves nobody in doubt about what comes next: the last one. */
static gboolean
refuse(HttpConnection *connection, guint status, const char *sentence)
{
  http_connection_set_last(connection);
  http_connection_set_phase(connection, PHASE_WORK);
  connection->events->refuse(connection, status, sentence, connection->user_data);
  return TRUE;
}

/* RFC 9110 10.1.1: a client that waits for a word before it sends the body is given it. */
static gboolean
expects_continue(const HttpHead *head, gboolean *ret_is_known)
{
  g_autofree char *expected = http_head_join(head, "Expect");
  *ret_is_known = expected == NULL || g_ascii_strcasecmp(expected, "100-continue") == 0;
  return expected != NULL && *ret_is_known && head->minor_version == 1;
}

/* The client's wish, and what its version can. */
static void
note_persistence(HttpConnection *connection, const HttpHead *head)
{
  connection->minor_version = head->minor_version;
  connection->is_head_request = http_text_equal(head->method, "HEAD");
  connection->is_last |= head->minor_version == 0 || http_head_has_token(head, "Connection", "close");
}

/* What the user refused by the head is not read: the connection cannot go on. */
static gboolean
ask_user(HttpConnection *connection, const HttpHead *head)
{
  gboolean has_body = connection->body.is_chunked || connection->body.length > 0;
  gboolean was_last = connection->is_last;
  connection->is_last |= has_body;
  http_connection_set_phase(connection, PHASE_WORK);
  if (!connection->events->head(connection, head, &connection->body_limit, connection->user_data))
    return FALSE;
  connection->is_last = was_last;
  return TRUE;
}

static gboolean
take_head(HttpConnection *connection, const HttpHead *head)
{
  gboolean is_known = TRUE;
  gboolean continues = expects_continue(head, &is_known);
  note_persistence(connection, head);
  if (!http_body_begin(head, &connection->body))
    return refuse(connection, 400,
                  "The request's body must have one length, or come in chunks, and not both.");
  if (!is_known)
    return refuse(connection, 417, "Nothing but 100-continue can be expected here.");
  gint64 deadline_us = connection->deadline_us;
  if (!ask_user(connection, head))
    return TRUE;
  if (!connection->body.is_chunked && connection->body.length > connection->body_limit)
    return refuse(connection, 413, "The body is longer than this path takes.");
  http_connection_set_phase(connection, PHASE_BODY);
  connection->deadline_us = deadline_us; /* one for the whole request */
  if (continues && connection->input->len == head->size)
    tls_socket_queue(connection->socket, CONTINUE, strlen(CONTINUE));
  return TRUE;
}

static gboolean
parse_head(HttpConnection *connection)
{
  HttpHead head;
  switch (http_head_parse_request((const char *)connection->input->data, connection->input->len, &head)) {
  case HTTP_HEAD_MORE:
    return read_more(connection);
  case HTTP_HEAD_TOO_LARGE:
    return refuse(connection, 431, "The head of the request is longer than 8192 bytes.");
  case HTTP_HEAD_BAD:
    return refuse(connection, 400, "This is no request of HTTP/1.1.");
  case HTTP_HEAD_DONE:
  default:
    break;
  }
  gboolean goes_on = take_head(connection, &head);
  if (connection->is_open)
    drop_input(connection, head.size);
  return goes_on;
}

static gboolean
rest(HttpConnection *connection)
{
  if (connection->input == NULL && !read_more(connection))
    return FALSE;
  connection->is_head_request = FALSE;
  connection->minor_version = 1;
  http_connection_set_phase(connection, PHASE_HEAD);
  return TRUE;
}

static gboolean
finish_request(HttpConnection *connection)
{
  GByteArray *content = g_steal_pointer(&connection->content);
  GBytes *body = content != NULL ? g_byte_array_free_to_bytes(content) : NULL;
  http_connection_set_phase(connection, PHASE_WORK);
  connection->events->request(connection, body, connection->user_data);
  return TRUE;
}

static gboolean
add_content(HttpConnection *connection, const HttpBodyEvent *event)
{
  if (connection->content == NULL)
    connection->content = g_byte_array_new();
  if (connection->content->len + event->size > connection->body_limit)
    return FALSE;
  g_byte_array_append(connection->content, (const guint8 *)event->data, (guint)event->size);
  return TRUE;
}

static gboolean
read_body(HttpConnection *connection)
{
  const char *bytes = connection->input != NULL ? (const char *)connection->input->data : NULL;
  HttpBodyEvent event =
      http_body_next(&connection->body, bytes, connection->input != NULL ? connection->input->len : 0);
  gboolean fits = event.kind != HTTP_BODY_DATA || add_content(connection, &event);
  if (connection->input != NULL)
    drop_input(connection, event.used);
  if (!fits)
    return refuse(connection, 413, "The body is longer than this path takes.");
  switch (event.kind) {
  case HTTP_BODY_DATA:
    return TRUE;
  case HTTP_BODY_DONE:
    return finish_request(connection);
  case HTTP_BODY_BAD:
    return refuse(connection, 400, "The chunks of the body cannot be read.");
  case HTTP_BODY_MORE:
  default:
    if (tls_socket_flush(connection->socket) == TLS_SOCKET_END) /* 100 Continue */
      return end(connection, FALSE);
    return read_more(connection);
  }
}

static void
hand_over(HttpConnection *connection)
{
  void (*taken)(GIOStream *, gpointer) = g_steal_pointer(&connection->taken);
  g_clear_pointer(&connection->watch, ready_watch_free);
  GIOStream *stream = tls_socket_free_to_stream(g_steal_pointer(&connection->socket));
  taken(stream, connection->taken_data);
  http_connection_end(connection, FALSE);
}

static gboolean
finish_answer(HttpConnection *connection)
{
  if (connection->taken != NULL && connection->input != NULL) /* it spoke before it was asked to */
    return end(connection, TRUE);
  if (connection->taken != NULL) {
    hand_over(connection);
    return FALSE;
  }
  connection->answered_us = g_get_monotonic_time();
  if (!connection->is_last) {
    http_connection_set_phase(connection, PHASE_REST);
    tls_socket_expect(connection->socket);
    return connection->input != NULL;
  }
  tls_socket_end_writing(connection->socket);
  g_clear_pointer(&connection->input, g_byte_array_unref);
  http_connection_set_phase(connection, PHASE_DISCARD);
  return TRUE;
}

static gboolean
write_answer(HttpConnection *connection)
{
  switch (tls_socket_flush(connection->socket)) {
  case TLS_SOCKET_DONE:
    return finish_answer(connection);
  case TLS_SOCKET_WAIT:
    return FALSE;
  case TLS_SOCKET_END:
  default:
    return end(connection, TRUE);
  }
}

/* A client that listens to a stream has nothing to say: what comes is its end, or against the rules. */
static gboolean
stream(HttpConnection *connection)
{
  char byte[READ_SIZE];
  gsize size = 0;
  TlsSocketResult result = tls_socket_flush(connection->socket);
  if (result == TLS_SOCKET_END ||
      tls_socket_read(connection->socket, byte, sizeof byte, &size) != TLS_SOCKET_WAIT)
    return end(connection, TRUE);
  if (result == TLS_SOCKET_WAIT || connection->is_written)
    return FALSE;
  connection->is_written = TRUE;
  connection->stream->wrote(connection->stream_data);
  return TRUE;
}

static gboolean
discard(HttpConnection *connection)
{
  char buffer[READ_SIZE];
  gsize size = 0;
  TlsSocketResult result = tls_socket_read(connection->socket, buffer, sizeof buffer, &size);
  connection->discarded += size;
  if (connection->discarded > DISCARD_MAX)
    return end(connection, TRUE);
  return result == TLS_SOCKET_END ? end(connection, FALSE) : result == TLS_SOCKET_DONE;
}

gboolean
http_connection_step(HttpConnection *connection)
{
  switch (connection->phase) {
  case PHASE_HANDSHAKE:
    return shake_hands(connection);
  case PHASE_REST:
    return rest(connection);
  case PHASE_HEAD:
    return parse_head(connection);
  case PHASE_BODY:
    return read_body(connection);
  case PHASE_WRITE:
    return write_answer(connection);
  case PHASE_STREAM:
    return stream(connection);
  case PHASE_DISCARD:
    return discard(connection);
  case PHASE_WORK:
  default:
    return FALSE;
  }
}
