/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/front_connection.h"

#include <gio/gio.h>
#include <unistd.h>

#define FRONT_KEY "caraway-front-connection"

struct FrontConnection {
  GSocket *socket;
  GSource *hang_up;
  guint limit_source;
  FrontLimits limits;
  GHashTable *set;
  gboolean is_idle;
  FrontGone gone;
  gpointer gone_data;
  char *client;
};

static void
front_connection_free(gpointer data)
{
  FrontConnection *connection = data;
  g_hash_table_remove(connection->set, connection);
  g_hash_table_unref(connection->set);
  g_clear_handle_id(&connection->limit_source, g_source_remove);
  if (connection->hang_up != NULL)
    g_source_destroy(connection->hang_up);
  g_clear_pointer(&connection->hang_up, g_source_unref);
  g_clear_object(&connection->socket);
  g_free(connection->client);
  g_free(connection);
}

/* Only shut down: libsoup owns the stream and closes it when it reads the end. */
void
front_connection_abort(FrontConnection *connection)
{
  g_socket_shutdown(connection->socket, TRUE, TRUE, NULL);
}

static gboolean
on_limit(gpointer data)
{
  FrontConnection *connection = data;
  connection->limit_source = 0;
  front_connection_abort(connection);
  return G_SOURCE_REMOVE;
}

static void
set_limit(FrontConnection *connection, guint limit_ms)
{
  g_clear_handle_id(&connection->limit_source, g_source_remove);
  if (limit_ms != 0)
    connection->limit_source = g_timeout_add(limit_ms, on_limit, connection);
}

static gboolean
on_hang_up(GSocket *socket, GIOCondition condition, gpointer data)
{
  FrontConnection *connection = data;
  FrontGone gone = connection->gone;
  connection->gone = NULL;
  if (gone != NULL)
    gone(connection->gone_data);
  return G_SOURCE_REMOVE;
}

/* The address object is libsoup's to keep for as long as its connection lives, so our state hangs on it. */
static GSocketAddress *
make_address(FrontConnection *connection, guint16 port)
{
  GSocketAddress *address = g_inet_socket_address_new_from_string(connection->client, port);
  if (address == NULL)
    address = g_inet_socket_address_new_from_string("0.0.0.0", port);
  g_object_set_data_full(G_OBJECT(address), FRONT_KEY, connection, front_connection_free);
  return address;
}

GHashTable *
front_connection_set_new(void)
{
  return g_hash_table_new(NULL, NULL);
}

void
front_connection_set_abort_idle(GHashTable *set)
{
  GHashTableIter iter;
  gpointer connection = NULL;
  g_hash_table_iter_init(&iter, set);
  while (g_hash_table_iter_next(&iter, &connection, NULL))
    if (((FrontConnection *)connection)->is_idle)
      front_connection_abort(connection);
}

gboolean
front_connection_accept(SoupServer *server, GHashTable *set, int fd, const char *client_address,
                        guint16 client_port, const FrontLimits *limits, GError **error)
{
  g_autoptr(GSocket) socket = g_socket_new_from_fd(fd, error);
  if (socket == NULL) {
    close(fd);
    return FALSE;
  }
  FrontConnection *connection = g_new0(FrontConnection, 1);
  connection->client = g_strdup(client_address);
  connection->limits = *limits;
  connection->is_idle = TRUE;
  connection->set = g_hash_table_ref(set);
  g_hash_table_add(set, connection);
  connection->socket = g_object_ref(socket);
  g_autoptr(GSocketAddress) remote = make_address(connection, client_port);
  g_autoptr(GSocketAddress) local = g_inet_socket_address_new_from_string("127.0.0.1", 443);
  connection->hang_up = g_socket_create_source(socket, G_IO_HUP | G_IO_ERR, NULL);
  g_source_set_callback(connection->hang_up, G_SOURCE_FUNC(on_hang_up), connection, NULL);
  g_source_attach(connection->hang_up, NULL);
  set_limit(connection, limits->read_limit_ms);
  g_autoptr(GSocketConnection) stream = g_socket_connection_factory_create_connection(socket);
  return soup_server_accept_iostream(server, G_IO_STREAM(stream), local, remote, error);
}

FrontConnection *
front_connection_of(SoupServerMessage *message)
{
  return g_object_get_data(G_OBJECT(soup_server_message_get_remote_address(message)), FRONT_KEY);
}

const char *
front_connection_client(const FrontConnection *connection)
{
  return connection->client;
}

void
front_connection_watch(FrontConnection *connection, FrontGone gone, gpointer user_data)
{
  connection->gone = gone;
  connection->gone_data = user_data;
}

void
front_connection_request_started(FrontConnection *connection)
{
  connection->is_idle = FALSE;
  set_limit(connection, connection->limits.read_limit_ms);
}

void
front_connection_request_read(FrontConnection *connection)
{
  set_limit(connection, 0);
}

void
front_connection_request_answered(FrontConnection *connection)
{
  connection->is_idle = TRUE;
  set_limit(connection, connection->limits.idle_limit_ms);
}
