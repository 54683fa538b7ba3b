/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/api/http/tls_listener.h"

#include "common/base/error.h"
#include "common/base/log.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#define BACKLOG         511
#define ACCEPTS_AT_ONCE 32
#define CHECK_EVERY_MS  500 /* the limits of time, and whether there are descriptors again */

struct TlsListener {
  TlsListenerSettings settings;
  HttpConnectionEvents events;
  GSocket *socket;
  guint16 port;
  ReadySet *set;
  ReadyWatch *watch;       /* NULL when it does not listen */
  GHashTable *connections; /* HttpConnection, one reference each -> its link in resting, or NULL */
  GQueue resting;          /* of HttpConnection, the longest first */
  GSource *check_source;
  gboolean is_full; /* of descriptors */
  gboolean is_draining;
};

static void
on_rests(HttpConnection *connection, gboolean rests, gpointer data)
{
  TlsListener *listener = data;
  GList *link = g_hash_table_lookup(listener->connections, connection);
  if (rests) {
    g_queue_push_tail(&listener->resting, connection);
    link = listener->resting.tail;
  } else {
    g_queue_delete_link(&listener->resting, link);
    link = NULL;
  }
  g_hash_table_insert(listener->connections, connection, link);
}

static void
on_ended(HttpConnection *connection, gpointer data)
{
  TlsListener *listener = data;
  g_hash_table_remove(listener->connections, connection);
  http_connection_unref(connection);
}

static gboolean
on_greet(HttpConnection *connection, X509 *certificate, gpointer data)
{
  TlsListener *listener = data;
  return !listener->is_draining &&
         listener->settings.events->greet(connection, certificate, listener->settings.user_data);
}

static gboolean
on_head(HttpConnection *connection, const HttpHead *head, gsize *ret_body_limit, gpointer data)
{
  TlsListener *listener = data;
  return listener->settings.events->head(connection, head, ret_body_limit, listener->settings.user_data);
}

static void
on_request(HttpConnection *connection, GBytes *body, gpointer data)
{
  TlsListener *listener = data;
  listener->settings.events->request(connection, body, listener->settings.user_data);
}

static void
on_refuse(HttpConnection *connection, guint status, const char *sentence, gpointer data)
{
  TlsListener *listener = data;
  listener->settings.events->refuse(connection, status, sentence, listener->settings.user_data);
}

static gboolean
has_room(TlsListener *listener)
{
  HttpConnection *oldest = g_queue_peek_head(&listener->resting);
  if (g_hash_table_size(listener->connections) >= listener->settings.max_connections && oldest != NULL)
    http_connection_abort(oldest);
  return g_hash_table_size(listener->connections) < listener->settings.max_connections;
}

static char *
address_text(const struct sockaddr_storage *address, socklen_t length)
{
  g_autoptr(GSocketAddress) remote = g_socket_address_new_from_native((gpointer)address, length);
  if (!G_IS_INET_SOCKET_ADDRESS(remote))
    return g_strdup("0.0.0.0"); /* it went away while it was accepted */
  return g_inet_address_to_string(g_inet_socket_address_get_address(G_INET_SOCKET_ADDRESS(remote)));
}

static void
take(TlsListener *listener, int fd, char *address)
{
  const int on = 1;
  g_autofree char *kept = address;
  (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  TlsSocket *socket = tls_socket_new(listener->settings.tls, fd);
  HttpConnection *connection = http_connection_new(socket, kept, listener->set, &listener->events, listener);
  if (connection != NULL)
    g_hash_table_insert(listener->connections, connection, NULL);
}

/* Out of descriptors, most likely: not again at once. */
static void
pause_accepting(TlsListener *listener)
{
  log_warning("a connection cannot be accepted: %s", g_strerror(errno));
  listener->is_full = TRUE;
  ready_watch_set(listener->watch, 0);
}

static void
on_incoming(guint32 events, gpointer data)
{
  TlsListener *listener = data;
  for (guint i = 0; i < ACCEPTS_AT_ONCE; i++) {
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    int fd = accept4(g_socket_get_fd(listener->socket), (struct sockaddr *)&address, &length,
                     SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
      return;
    if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)) {
      pause_accepting(listener);
      return;
    }
    if (fd < 0) /* it went away meanwhile */
      continue;
    if (has_room(listener))
      take(listener, fd, address_text(&address, length));
    else
      close(fd);
  }
}

static gboolean
on_check(gpointer data)
{
  TlsListener *listener = data;
  gint64 now_us = g_get_monotonic_time();
  g_autoptr(GList) list = g_hash_table_get_keys(listener->connections);
  for (GList *item = list; item != NULL; item = item->next) /* each may end only itself */
    http_connection_check_time(item->data, now_us);
  if (listener->is_full && listener->watch != NULL)
    ready_watch_set(listener->watch, EPOLLIN);
  listener->is_full = FALSE;
  return G_SOURCE_CONTINUE;
}

static gboolean
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
  return FALSE;
}

static gboolean
open_socket(TlsListener *listener, const char *host, guint16 port, GError **error)
{
  g_autoptr(GSocketAddress) address = g_inet_socket_address_new_from_string(host, port);
  if (address == NULL) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG, "broker.listen: “%s” is not an IP address.",
                host);
    return FALSE;
  }
  g_autoptr(GError) problem = NULL;
  listener->socket = g_socket_new(g_socket_address_get_family(address), G_SOCKET_TYPE_STREAM,
                                  G_SOCKET_PROTOCOL_TCP, &problem);
  if (listener->socket == NULL)
    return set_listen_error(error, host, port, problem);
  g_socket_set_blocking(listener->socket, FALSE);
  g_socket_set_listen_backlog(listener->socket, BACKLOG);
  if (!g_socket_bind(listener->socket, address, TRUE, &problem) ||
      !g_socket_listen(listener->socket, &problem))
    return set_listen_error(error, host, port, problem);
  g_autoptr(GSocketAddress) effective = g_socket_get_local_address(listener->socket, &problem);
  if (effective == NULL)
    return set_listen_error(error, host, port, problem);
  listener->port = g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(effective));
  return TRUE;
}

TlsListener *
tls_listener_new(const char *host, guint16 port, const TlsListenerSettings *settings, GError **error)
{
  TlsListener *listener = g_new0(TlsListener, 1);
  listener->settings = *settings;
  listener->events = (HttpConnectionEvents){on_greet, on_head, on_request, on_refuse, on_rests, on_ended};
  listener->connections = g_hash_table_new(NULL, NULL);
  g_queue_init(&listener->resting);
  if (!open_socket(listener, host, port, error)) {
    tls_listener_free(listener);
    return NULL;
  }
  listener->set = ready_set_new(settings->context);
  listener->watch =
      ready_set_add(listener->set, g_socket_get_fd(listener->socket), EPOLLIN, on_incoming, listener);
  if (listener->watch == NULL)
    g_error("epoll_ctl: %s", g_strerror(errno));
  listener->check_source = g_timeout_source_new(CHECK_EVERY_MS);
  g_source_set_callback(listener->check_source, on_check, listener, NULL);
  g_source_attach(listener->check_source, settings->context);
  return listener;
}

guint16
tls_listener_port(const TlsListener *listener)
{
  return listener->port;
}

static void
stop_accepting(TlsListener *listener)
{
  listener->is_draining = TRUE;
  g_clear_pointer(&listener->watch, ready_watch_free);
  g_socket_close(listener->socket, NULL);
}

void
tls_listener_review(TlsListener *listener, gboolean (*counts)(const Identity *peer, gpointer user_data),
                    gpointer user_data)
{
  g_autoptr(GList) list = g_hash_table_get_keys(listener->connections);
  for (GList *item = list; item != NULL; item = item->next) { /* each may end only itself */
    const Identity *peer = http_connection_peer(item->data);
    if (peer != NULL && !counts(peer, user_data))
      http_connection_abort(item->data);
  }
}

void
tls_listener_drain(TlsListener *listener)
{
  stop_accepting(listener);
  while (!g_queue_is_empty(&listener->resting))
    http_connection_abort(g_queue_peek_head(&listener->resting));
  GHashTableIter iter;
  gpointer connection;
  g_hash_table_iter_init(&iter, listener->connections);
  while (g_hash_table_iter_next(&iter, &connection, NULL))
    http_connection_set_last(connection);
}

gboolean
tls_listener_is_busy(const TlsListener *listener)
{
  GHashTableIter iter;
  gpointer connection;
  g_hash_table_iter_init(&iter, listener->connections);
  while (g_hash_table_iter_next(&iter, &connection, NULL))
    if (http_connection_is_busy(connection))
      return TRUE;
  return FALSE;
}

void
tls_listener_cut(TlsListener *listener)
{
  stop_accepting(listener);
  g_autoptr(GList) list = g_hash_table_get_keys(listener->connections);
  for (GList *item = list; item != NULL; item = item->next)
    http_connection_abort(item->data);
}

void
tls_listener_free(TlsListener *listener)
{
  if (listener == NULL)
    return;
  if (listener->check_source != NULL)
    g_source_destroy(listener->check_source);
  g_clear_pointer(&listener->check_source, g_source_unref);
  ready_watch_free(listener->watch);
  ready_set_free(listener->set);
  g_clear_object(&listener->socket);
  g_hash_table_unref(listener->connections);
  g_free(listener);
}
