/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/api/tls_listener.h"

#include "broker/api/connection.h"
#include "common/base/error.h"
#include "common/base/log.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

#define BACKLOG        511
#define RETRY_AFTER_MS 100

struct TlsListener {
  GSocketListener *sockets;
  GCancellable *cancellable;
  const Credentials *credentials;
  SoupServer *server;
  guint16 port;
  guint max_connections;
  GHashTable *connections; /* set of Connection */
  guint retry_source;
};

static void accept_next(TlsListener *listener);

static void
on_gone(gpointer connection, gpointer data)
{
  TlsListener *listener = data;
  g_hash_table_remove(listener->connections, connection);
}

static gboolean
on_accept_certificate(GTlsConnection *tls, GTlsCertificate *peer, GTlsCertificateFlags problems,
                      gpointer data)
{
  TlsListener *listener = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(Identity) identity = credentials_check_certificate(listener->credentials, peer, &error);
  if (identity == NULL)
    log_warning("a client certificate is refused: %s", error->message);
  return identity != NULL;
}

/* What a handshake in progress needs. */
typedef struct {
  TlsListener *listener;
  Connection *connection;
} Handshake;

static void
on_handshake(GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Handshake *handshake = data;
  GTlsConnection *tls = G_TLS_CONNECTION(source);
  g_autoptr(GIOStream) stream = G_IO_STREAM(tls);
  g_autoptr(GError) error = NULL;
  if (!g_tls_connection_handshake_finish(tls, result, &error)) {
    log_debug("a TLS handshake failed: %s", error->message);
    connection_free(handshake->connection);
    return;
  }
  TlsListener *listener = handshake->listener;
  GTlsCertificate *peer = g_tls_connection_get_peer_certificate(tls);
  Identity *identity = peer != NULL ? credentials_check_certificate(listener->credentials, peer, NULL) : NULL;
  connection_set_peer(handshake->connection, identity, peer);
  g_autoptr(GSocketAddress) remote = connection_take_address(handshake->connection);
  g_autoptr(GSocketAddress) local = g_inet_socket_address_new_from_string("127.0.0.1", listener->port);
  if (!soup_server_accept_iostream(listener->server, stream, local, remote, &error))
    log_warning("a connection could not be taken: %s", error->message);
}

static void
start_handshake(TlsListener *listener, GSocketConnection *socket)
{
  g_autoptr(GError) error = NULL;
  GIOStream *stream = g_initable_new(g_tls_backend_get_server_connection_type(g_tls_backend_get_default()),
                                     NULL, &error, "base-io-stream", socket, "certificate",
                                     credentials_tls_certificate(listener->credentials), "database",
                                     credentials_tls_database(listener->credentials), NULL);
  if (stream == NULL) {
    log_warning("TLS cannot be started: %s", error->message);
    return;
  }
  g_object_set(stream, "authentication-mode", G_TLS_AUTHENTICATION_REQUESTED, "require-close-notify", FALSE,
               NULL);
  g_signal_connect(stream, "accept-certificate", G_CALLBACK(on_accept_certificate), listener);
  Handshake *handshake = g_new0(Handshake, 1);
  handshake->listener = listener;
  handshake->connection = connection_new(socket, on_gone, listener);
  g_hash_table_add(listener->connections, handshake->connection);
  g_tls_connection_handshake_async(G_TLS_CONNECTION(stream), G_PRIORITY_DEFAULT, NULL, on_handshake,
                                   handshake);
}

static gboolean
on_retry(gpointer data)
{
  TlsListener *listener = data;
  listener->retry_source = 0;
  accept_next(listener);
  return G_SOURCE_REMOVE;
}

static void
on_accept(GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GSocketConnection) socket =
      g_socket_listener_accept_finish(G_SOCKET_LISTENER(source), result, NULL, &error);
  if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED) ||
      g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CLOSED))
    return; /* the listener may be gone */
  TlsListener *listener = data;
  if (socket == NULL) { /* out of descriptors, most likely: do not spin */
    log_warning("a connection cannot be accepted: %s", error->message);
    listener->retry_source = g_timeout_add(RETRY_AFTER_MS, on_retry, listener);
    return;
  }
  if (g_hash_table_size(listener->connections) < listener->max_connections) {
    g_socket_set_option(g_socket_connection_get_socket(socket), IPPROTO_TCP, TCP_NODELAY, 1, NULL);
    start_handshake(listener, socket);
  }
  accept_next(listener);
}

static void
accept_next(TlsListener *listener)
{
  g_socket_listener_accept_async(listener->sockets, listener->cancellable, on_accept, listener);
}

static void
set_listen_error(GError **error, const char *host, guint16 port, const GError *cause)
{
  if (g_error_matches(cause, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE))
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_PORT_TAKEN,
                "Port %u on %s is used by another program. End that program, or set another port with "
                "--broker-listen.",
                port, host);
  else
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG, "Cannot listen on %s port %u: %s.", host, port,
                cause->message);
}

TlsListener *
tls_listener_new(const char *host, guint16 port, const Credentials *credentials, SoupServer *server,
                 guint max_connections, GError **error)
{
  g_autoptr(GSocketAddress) address = g_inet_socket_address_new_from_string(host, port);
  if (address == NULL) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG, "broker.listen: “%s” is not an IP address.",
                host);
    return NULL;
  }
  g_autoptr(GSocketListener) sockets = g_socket_listener_new();
  g_socket_listener_set_backlog(sockets, BACKLOG);
  g_autoptr(GSocketAddress) effective = NULL;
  g_autoptr(GError) local = NULL;
  if (!g_socket_listener_add_address(sockets, address, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL,
                                     &effective, &local)) {
    set_listen_error(error, host, port, local);
    return NULL;
  }
  TlsListener *listener = g_new0(TlsListener, 1);
  listener->sockets = g_steal_pointer(&sockets);
  listener->cancellable = g_cancellable_new();
  listener->credentials = credentials;
  listener->server = server;
  listener->max_connections = max_connections;
  listener->port = g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(effective));
  listener->connections = g_hash_table_new(NULL, NULL);
  accept_next(listener);
  return listener;
}

guint16
tls_listener_port(const TlsListener *listener)
{
  return listener->port;
}

guint
tls_listener_count(const TlsListener *listener)
{
  return g_hash_table_size(listener->connections);
}

void
tls_listener_close(TlsListener *listener)
{
  g_clear_handle_id(&listener->retry_source, g_source_remove);
  g_socket_listener_close(listener->sockets);
}

void
tls_listener_free(TlsListener *listener)
{
  if (listener == NULL)
    return;
  tls_listener_close(listener);
  g_autoptr(GList) open = g_hash_table_get_keys(listener->connections);
  for (GList *item = open; item != NULL; item = item->next)
    connection_abort(item->data);
  while (g_hash_table_size(listener->connections) > 0)
    g_main_context_iteration(NULL, TRUE);
  g_cancellable_cancel(listener->cancellable);
  while (g_main_context_iteration(NULL, FALSE))
    ; /* the accept that was cancelled */
  g_object_unref(listener->cancellable);
  g_object_unref(listener->sockets);
  g_hash_table_unref(listener->connections);
  g_free(listener);
}
