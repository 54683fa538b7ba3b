/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/api/api_server.h"

#include "broker/api/connection.h"
#include "broker/api/dispatch.h"
#include "broker/api/problem.h"
#include "broker/api/request_reader.h"
#include "broker/api/tls_listener.h"
#include "common/base/error.h"
#include "common/base/log.h"

#include <string.h>

#define DISCARD_MAX (4 * 1024 * 1024) /* of a body that is refused: read, so that the refusal arrives */
#define HOST_LINK   "/internal/hostlink"

struct ApiServer {
  SoupServer *soup;
  TlsListener *listener;
  Dispatch *dispatch;
  HostLinkHub *hub;
  GHashTable *streams; /* set of SoupServerMessage that carry events */
  guint drain_source;
  GSourceOnceFunc drained;
  gpointer drained_data;
};

/* A request on its way through a worker. */
typedef struct {
  ApiServer *server;
  SoupServerMessage *message;
  gboolean gone; /* the client went away meanwhile */
} Exchange;

static void
add_header(gpointer name, gpointer value, gpointer headers)
{
  soup_message_headers_append(headers, name, value);
}

static void
write_answer(SoupServerMessage *message, Answer *answer)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers(message);
  soup_message_headers_replace(headers, "Cache-Control", "no-store");
  soup_message_headers_replace(headers, "X-Content-Type-Options", "nosniff");
  soup_message_headers_replace(headers, "Connection", "close"); /* see api_server_new(); RFC 9112 9.6 */
  g_hash_table_foreach(answer->headers, add_header, headers);
  soup_server_message_set_status(message, answer->status, NULL);
  if (answer->body != NULL)
    soup_server_message_set_response(message, answer->content_type, SOUP_MEMORY_COPY, answer->body,
                                     strlen(answer->body));
  connection_set_phase(connection_of(message), CONNECTION_WRITING);
}

static void
refuse(SoupServerMessage *message, const GError *error, guint status, const char *allow)
{
  g_autoptr(Answer) answer = answer_new();
  problem_set_status(answer, error, status);
  if (allow != NULL)
    answer_set_header(answer, "Allow", allow);
  write_answer(message, answer);
}

static void
on_stream_ended(gpointer stream, gpointer data)
{
  Exchange *exchange = data;
  g_hash_table_remove(exchange->server->streams, exchange->message);
  g_object_unref(exchange->message);
  g_free(exchange);
}

static void
on_exchange_finished(SoupServerMessage *message, gpointer data)
{
  Exchange *exchange = data;
  exchange->gone = TRUE;
}

static void
start_stream(Exchange *exchange, Answer *answer)
{
  SessionStream *stream = g_steal_pointer(&answer->stream);
  write_answer(exchange->message, answer);
  connection_set_phase(connection_of(exchange->message),
                       CONNECTION_WORKING); /* the stream has limits of its own */
  g_hash_table_add(exchange->server->streams, exchange->message);
  session_stream_attach(stream, exchange->message, on_stream_ended, exchange);
}

static void
on_answer(Answer *taken, gpointer data)
{
  g_autoptr(Answer) answer = taken;
  Exchange *exchange = data;
  g_signal_handlers_disconnect_by_data(exchange->message, exchange);
  if (!exchange->gone && answer->stream != NULL) {
    start_stream(exchange, answer);
    return;
  }
  if (!exchange->gone) {
    write_answer(exchange->message, answer);
    soup_server_message_unpause(exchange->message);
  }
  g_object_unref(exchange->message);
  g_free(exchange);
}

static void
on_request(SoupServer *soup, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  ApiServer *server = data;
  g_autoptr(GError) error = NULL;
  Request *request = request_reader_read(message, &error);
  if (request == NULL) {
    refuse(message, error, problem_status(error), NULL);
    return;
  }
  connection_set_phase(connection_of(message), CONNECTION_WORKING);
  Exchange *exchange = g_new0(Exchange, 1);
  exchange->server = server;
  exchange->message = g_object_ref(message);
  g_signal_connect(message, "finished", G_CALLBACK(on_exchange_finished), exchange);
  soup_server_message_pause(message);
  dispatch_push(server->dispatch, request, on_answer, exchange);
}

/* Counts what a body really is, whatever its head said. */
typedef struct {
  gsize size;
  gsize limit;
} BodyCount;

static void
on_chunk(SoupServerMessage *message, GBytes *chunk, gpointer data)
{
  BodyCount *count = data;
  count->size += g_bytes_get_size(chunk);
  if (count->size > DISCARD_MAX) {
    connection_abort(connection_of(message));
    return;
  }
  if (count->size <= count->limit || soup_server_message_get_status(message) != 0)
    return;
  soup_message_body_set_accumulate(soup_server_message_get_request_body(message), FALSE);
  g_autoptr(GError) error =
      g_error_new(CARAWAY_ERROR, CARAWAY_ERROR_TOO_LARGE,
                  "The body is longer than the %zu bytes that this path takes.", count->limit);
  refuse(message, error, 413, NULL);
}

static void
free_count(gpointer data, GClosure *closure)
{
  g_free(data);
}

static void
watch_body(SoupServerMessage *message, gsize limit)
{
  BodyCount *count = g_new0(BodyCount, 1);
  count->limit = limit;
  g_signal_connect_data(message, "got-chunk", G_CALLBACK(on_chunk), count, free_count, G_CONNECT_DEFAULT);
}

/* Runs when the head is there: what can be refused by it is, before a byte of the body is kept. */
static void
on_head(SoupServer *soup, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  guint status = 500;
  g_autofree char *allow = NULL;
  g_autoptr(GError) error = NULL;
  const Route *route = request_reader_route(message, &status, &allow, &error);
  watch_body(message, route != NULL ? route->body_limit : 0);
  if (route != NULL && (route->flags & ROUTE_WEBSOCKET) != 0 &&
      (connection_peer(connection_of(message)) == NULL ||
       connection_peer(connection_of(message))->role != IDENTITY_HOST)) {
    status = 403;
    error = g_error_new_literal(CARAWAY_ERROR, CARAWAY_ERROR_UNTRUSTED,
                                "Only hosts of this installation dial in here.");
  }
  if (error == NULL)
    return;
  soup_message_body_set_accumulate(soup_server_message_get_request_body(message), FALSE);
  refuse(message, error, status, allow);
}

/* Runs before the upgrade, which an answer prevents: so only what asks for none is answered. */
static void
on_plain_host_link(SoupServer *soup, SoupServerMessage *message, const char *path, GHashTable *query,
                   gpointer data)
{
  if (soup_message_headers_header_equals(soup_server_message_get_request_headers(message), "Upgrade",
                                         "websocket"))
    return;
  g_autoptr(GError) error =
      g_error_new_literal(CARAWAY_ERROR, CARAWAY_ERROR_PROTOCOL, "Hosts dial in here by WebSocket.");
  refuse(message, error, 426, NULL);
}

static void
on_host_link(SoupServer *soup, SoupServerMessage *message, const char *path, SoupWebsocketConnection *socket,
             gpointer data)
{
  ApiServer *server = data;
  Connection *connection = connection_of(message);
  const Identity *peer = connection_peer(connection);
  connection_set_phase(connection, CONNECTION_WORKING); /* heartbeats are its limit */
  host_link_hub_accept(server->hub, peer->name, socket);
}

static void
on_request_finished(SoupServer *soup, SoupServerMessage *message, gpointer data)
{
  Connection *connection = connection_of(message);
  if (connection != NULL)
    connection_set_phase(connection, CONNECTION_READING);
}

static void
add_handlers(ApiServer *server)
{
  static char *protocols[] = {(char *)HOST_MESSAGE_SUBPROTOCOL, NULL};
  soup_server_add_early_handler(server->soup, NULL, on_head, server, NULL);
  soup_server_add_handler(server->soup, NULL, on_request, server, NULL);
  soup_server_add_early_handler(server->soup, HOST_LINK, on_head, server, NULL);
  soup_server_add_handler(server->soup, HOST_LINK, on_plain_host_link, server, NULL);
  soup_server_add_websocket_handler(server->soup, HOST_LINK, NULL, protocols, on_host_link, server, NULL);
  g_signal_connect(server->soup, "request-finished", G_CALLBACK(on_request_finished), server);
  g_signal_connect(server->soup, "request-aborted", G_CALLBACK(on_request_finished), server);
}

/* libsoup keeps a connection for further requests only while it listens itself, and it is the TlsListener
 * that listens here: so each answer ends its connection. That is well: libsoup 3.2 never frees a connection
 * that was kept and ends while it rests, descriptor and TLS state included. */
ApiServer *
api_server_new(const ApiServerSettings *settings, GError **error)
{
  g_autoptr(SoupServer) soup = soup_server_new(NULL, NULL);
  g_autoptr(TlsListener) listener = tls_listener_new(settings->host, settings->port, settings->credentials,
                                                     soup, settings->max_connections, error);
  if (listener == NULL)
    return NULL;
  ApiServer *server = g_new0(ApiServer, 1);
  server->soup = g_steal_pointer(&soup);
  server->listener = g_steal_pointer(&listener);
  server->dispatch = dispatch_new(settings->context, settings->workers, settings->queue_limit);
  server->hub = settings->hub;
  server->streams = g_hash_table_new(NULL, NULL);
  add_handlers(server);
  return server;
}

guint16
api_server_port(const ApiServer *server)
{
  return tls_listener_port(server->listener);
}

static gboolean
check_drained(gpointer data)
{
  ApiServer *server = data;
  if (dispatch_busy(server->dispatch) > 0)
    return G_SOURCE_CONTINUE;
  server->drain_source = 0;
  server->drained(server->drained_data);
  return G_SOURCE_REMOVE;
}

static void
end_streams(ApiServer *server)
{
  g_autoptr(GList) messages = g_hash_table_get_keys(server->streams);
  for (GList *item = messages; item != NULL; item = item->next)
    connection_abort(connection_of(item->data));
}

void
api_server_drain(ApiServer *server, GSourceOnceFunc drained, gpointer user_data)
{
  static const guint INTERVAL_MS = 20;
  tls_listener_close(server->listener);
  end_streams(server);
  server->drained = drained;
  server->drained_data = user_data;
  server->drain_source = g_timeout_add(INTERVAL_MS, check_drained, server);
}

void
api_server_free(ApiServer *server)
{
  if (server == NULL)
    return;
  g_clear_handle_id(&server->drain_source, g_source_remove);
  tls_listener_close(server->listener);
  while (dispatch_busy(server->dispatch) > 0)
    g_main_context_iteration(NULL, TRUE);
  end_streams(server);
  while (g_hash_table_size(server->streams) > 0)
    g_main_context_iteration(NULL, TRUE);
  soup_server_disconnect(server->soup);
  tls_listener_free(server->listener);
  dispatch_free(server->dispatch);
  g_object_unref(server->soup);
  g_hash_table_unref(server->streams);
  g_free(server);
}
