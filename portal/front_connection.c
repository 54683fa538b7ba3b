/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/front_connection.h"

#include "common/base/log.h"

#include <gio/gunixinputstream.h>
#include <gio/gunixoutputstream.h>
#include <glib-unix.h>
#include <sys/socket.h>
#include <unistd.h>

#define FRONT_KEY "caraway-front-connection"

struct FrontSet {
  SoupServer *server;
  FrontLimits limits;
  GHashTable *connections; /* of FrontConnection, one reference each */
  gboolean is_draining;
};

/* References: the set's, and one for the request that libsoup is working on. */
struct FrontConnection {
  FrontSet *set; /* NULL when it was ended */
  int fd;
  char *client;
  guint16 port;
  guint watch; /* of the descriptor: for the next request, or for the client's end */
  guint limit_source;
  gboolean is_idle;     /* no request is with libsoup */
  gboolean is_reusable; /* the answer was whole and nobody wants the connection closed */
  FrontGone gone;
  gpointer gone_data;
};

static void rest(FrontConnection *connection);

static void
connection_clear(gpointer data)
{
  FrontConnection *connection = data;
  g_clear_handle_id(&connection->watch, g_source_remove);
  g_clear_handle_id(&connection->limit_source, g_source_remove);
  close(connection->fd);
  g_free(connection->client);
}

static void
connection_unref(gpointer data)
{
  g_rc_box_release_full(data, connection_clear);
}

/* Takes @connection out of its set; what libsoup still has of it reads and writes into the void. */
static void
end(FrontConnection *connection)
{
  FrontSet *set = connection->set;
  if (set == NULL)
    return;
  connection->set = NULL;
  shutdown(connection->fd, SHUT_RDWR);
  g_clear_handle_id(&connection->limit_source, g_source_remove);
  g_hash_table_remove(set->connections, connection);
}

/* While libsoup has it, only shut down: then libsoup notices and ends its request. */
void
front_connection_abort(FrontConnection *connection)
{
  connection->is_reusable = FALSE;
  shutdown(connection->fd, SHUT_RDWR);
}

static gboolean
on_limit(gpointer data)
{
  FrontConnection *connection = data;
  connection->limit_source = 0;
  if (connection->is_idle)
    end(connection);
  else
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
on_hang_up(int fd, GIOCondition condition, gpointer data)
{
  FrontConnection *connection = data;
  FrontGone gone = g_steal_pointer(&connection->gone);
  connection->watch = 0;
  connection->is_reusable = FALSE;
  if (gone != NULL)
    gone(connection->gone_data);
  return G_SOURCE_REMOVE;
}

/* libsoup has let go of its connection object, and with it of the request. */
static void
on_turn_over(gpointer data)
{
  FrontConnection *connection = data;
  g_clear_handle_id(&connection->watch, g_source_remove);
  if (connection->set == NULL || connection->set->is_draining || !connection->is_reusable)
    end(connection);
  else
    rest(connection);
  connection_unref(connection);
}

/* The address object lives as long as libsoup's connection, so our state hangs on it. */
static GSocketAddress *
make_address(FrontConnection *connection)
{
  GSocketAddress *address = g_inet_socket_address_new_from_string(connection->client, connection->port);
  if (address == NULL)
    address = g_inet_socket_address_new_from_string("0.0.0.0", connection->port);
  g_object_set_data_full(G_OBJECT(address), FRONT_KEY, g_rc_box_acquire(connection), on_turn_over);
  return address;
}

/* The streams leave the descriptor open when libsoup closes them: it is wanted for the next request. */
static void
hand_over(FrontConnection *connection)
{
  g_autoptr(GInputStream) input = g_unix_input_stream_new(connection->fd, FALSE);
  g_autoptr(GOutputStream) output = g_unix_output_stream_new(connection->fd, FALSE);
  g_autoptr(GIOStream) stream = g_simple_io_stream_new(input, output);
  g_autoptr(GSocketAddress) remote = make_address(connection);
  g_autoptr(GSocketAddress) local = g_inet_socket_address_new_from_string("127.0.0.1", 443);
  g_autoptr(GError) error = NULL;
  connection->is_idle = FALSE;
  connection->is_reusable = FALSE;
  connection->watch = g_unix_fd_add(connection->fd, G_IO_HUP | G_IO_ERR, on_hang_up, connection);
  set_limit(connection, connection->set->limits.read_limit_ms);
  if (!soup_server_accept_iostream(connection->set->server, stream, local, remote, &error))
    log_warning("an HTTP connection could not be taken: %s", error->message);
}

static gboolean
on_readable(int fd, GIOCondition condition, gpointer data)
{
  FrontConnection *connection = data;
  char first = 0;
  connection->watch = 0;
  if (recv(fd, &first, 1, MSG_PEEK | MSG_DONTWAIT) == 1)
    hand_over(connection);
  else
    end(connection);
  return G_SOURCE_REMOVE;
}

static void
rest(FrontConnection *connection)
{
  connection->is_idle = TRUE;
  connection->watch = g_unix_fd_add(connection->fd, G_IO_IN | G_IO_HUP | G_IO_ERR, on_readable, connection);
  set_limit(connection, connection->set->limits.idle_limit_ms);
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

static void
on_request_read(SoupServer *server, SoupServerMessage *message, gpointer data)
{
  set_limit(front_connection_of(message), 0);
}

static gboolean
wants_close(SoupMessageHeaders *headers)
{
  return soup_message_headers_header_contains(headers, "Connection", "close");
}

static void
on_request_finished(SoupServer *server, SoupServerMessage *message, gpointer data)
{
  FrontConnection *connection = front_connection_of(message);
  connection->is_reusable = connection->watch != 0 &&
                            soup_server_message_get_http_version(message) == SOUP_HTTP_1_1 &&
                            !wants_close(soup_server_message_get_request_headers(message)) &&
                            !wants_close(soup_server_message_get_response_headers(message));
}

FrontSet *
front_set_new(SoupServer *server, const FrontLimits *limits)
{
  FrontSet *set = g_new0(FrontSet, 1);
  set->server = g_object_ref(server);
  set->limits = *limits;
  set->connections = g_hash_table_new_full(NULL, NULL, connection_unref, NULL);
  g_signal_connect(server, "request-read", G_CALLBACK(on_request_read), set);
  g_signal_connect(server, "request-finished", G_CALLBACK(on_request_finished), set);
  return set;
}

void
front_set_add(FrontSet *set, int fd, const char *client_address, guint16 client_port)
{
  g_autoptr(GError) error = NULL;
  if (set->is_draining || !g_unix_set_fd_nonblocking(fd, TRUE, &error)) {
    close(fd);
    return;
  }
  FrontConnection *connection = g_rc_box_new0(FrontConnection);
  connection->set = set;
  connection->fd = fd;
  connection->client = g_strdup(client_address);
  connection->port = client_port;
  g_hash_table_add(set->connections, connection);
  rest(connection);
}

void
front_set_drain(FrontSet *set)
{
  g_autoptr(GList) list = g_hash_table_get_keys(set->connections);
  set->is_draining = TRUE;
  for (GList *at = list; at != NULL; at = at->next)
    if (((FrontConnection *)at->data)->is_idle)
      end(at->data);
}

gboolean
front_set_is_empty(const FrontSet *set)
{
  return g_hash_table_size(set->connections) == 0;
}

void
front_set_free(FrontSet *set)
{
  if (set == NULL)
    return;
  g_autoptr(GList) list = g_hash_table_get_keys(set->connections);
  for (GList *at = list; at != NULL; at = at->next)
    end(at->data);
  g_signal_handlers_disconnect_by_data(set->server, set);
  g_hash_table_unref(set->connections);
  g_object_unref(set->server);
  g_free(set);
}
