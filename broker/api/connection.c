/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/api/connection.h"

#include "common/net/openssl.h"

#include <openssl/x509v3.h>
#include <sys/socket.h>

#define HANDSHAKE_LIMIT_S 10
#define READING_LIMIT_S   30 /* of a request, and of rest between two */
#define WRITING_LIMIT_S   60

static const char DATA_KEY[] = "caraway-connection";

struct Connection {
  GSocketConnection *socket;
  Identity *peer;
  X509 *certificate;
  char *address;
  guint16 port;
  guint limit_source;
  GFunc gone;
  gpointer user_data;
};

static gboolean
on_limit(gpointer data)
{
  Connection *connection = data;
  connection->limit_source = 0;
  connection_abort(connection);
  return G_SOURCE_REMOVE;
}

static void
set_limit(Connection *connection, guint seconds)
{
  g_clear_handle_id(&connection->limit_source, g_source_remove);
  if (seconds != 0)
    connection->limit_source = g_timeout_add_seconds(seconds, on_limit, connection);
}

Connection *
connection_new(GSocketConnection *socket, GFunc gone, gpointer user_data)
{
  Connection *connection = g_new0(Connection, 1);
  connection->socket = g_object_ref(socket);
  connection->gone = gone;
  connection->user_data = user_data;
  g_autoptr(GSocketAddress) remote = g_socket_connection_get_remote_address(socket, NULL);
  if (G_IS_INET_SOCKET_ADDRESS(remote)) {
    GInetSocketAddress *inet = G_INET_SOCKET_ADDRESS(remote);
    connection->address = g_inet_address_to_string(g_inet_socket_address_get_address(inet));
    connection->port = g_inet_socket_address_get_port(inet);
  } else {
    connection->address = g_strdup("0.0.0.0"); /* it went away while it was accepted */
  }
  set_limit(connection, HANDSHAKE_LIMIT_S);
  return connection;
}

void
connection_set_peer(Connection *connection, Identity *peer, GTlsCertificate *certificate)
{
  connection->peer = peer;
  connection->certificate = certificate != NULL ? openssl_x509_from_certificate(certificate, NULL) : NULL;
  connection_set_phase(connection, CONNECTION_READING);
}

/* An object of this connection alone, which the HTTP library hands back with every message. */
GSocketAddress *
connection_take_address(Connection *connection)
{
  GSocketAddress *address = g_inet_socket_address_new_from_string(connection->address, connection->port);
  g_object_set_data_full(G_OBJECT(address), DATA_KEY, connection, (GDestroyNotify)connection_free);
  return address;
}

Connection *
connection_of(SoupServerMessage *message)
{
  GSocketAddress *address = soup_server_message_get_remote_address(message);
  return address != NULL ? g_object_get_data(G_OBJECT(address), DATA_KEY) : NULL;
}

const Identity *
connection_peer(const Connection *connection)
{
  return connection->peer;
}

gboolean
connection_peer_has_name(const Connection *connection, const char *host)
{
  return connection->certificate != NULL &&
         (X509_check_host(connection->certificate, host, 0, 0, NULL) == 1 ||
          X509_check_ip_asc(connection->certificate, host, 0) == 1);
}

const char *
connection_address(const Connection *connection)
{
  return connection->address;
}

void
connection_set_phase(Connection *connection, ConnectionPhase phase)
{
  static const guint LIMITS_S[] = {READING_LIMIT_S, 0, WRITING_LIMIT_S};
  set_limit(connection, LIMITS_S[phase]);
}

void
connection_abort(Connection *connection)
{
  /* With a reset, or a peer that only sends would go on into a socket that nobody reads. */
  GSocket *socket = g_socket_connection_get_socket(connection->socket);
  struct linger reset = {1, 0};
  (void)setsockopt(g_socket_get_fd(socket), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  g_socket_shutdown(socket, TRUE, TRUE, NULL);
}

void
connection_free(Connection *connection)
{
  if (connection == NULL)
    return;
  connection->gone(connection, connection->user_data);
  set_limit(connection, 0);
  g_object_unref(connection->socket);
  identity_free(connection->peer);
  X509_free(connection->certificate);
  g_free(connection->address);
  g_free(connection);
}
