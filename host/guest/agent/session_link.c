/* SPDX-License-Identifier: Apache-2.0 */
#include "host/guest/agent/session_link.h"

#include "common/base/log.h"
#include "host/guest/agent/frame_stream.h"

#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

struct SessionLink {
  GSocketService *service;
  const SessionLinkEvents *events;
  gpointer user_data;
  FrameStream *helper; /* NULL when none is connected */
  guint close_source;
};

static void
on_message(FrameStream *stream, const GuestMessage *message, gpointer user_data)
{
  SessionLink *link = user_data;
  link->events->on_message(message, link->user_data);
}

static gboolean
close_helper(gpointer user_data)
{
  SessionLink *link = user_data;
  link->close_source = 0;
  session_link_drop(link);
  return G_SOURCE_REMOVE;
}

static void
on_closed(FrameStream *stream, gpointer user_data)
{
  SessionLink *link = user_data;
  if (link->close_source == 0)
    link->close_source = g_idle_add(close_helper, link);
}

static const FrameStreamEvents STREAM_EVENTS = {on_message, on_closed};

static gboolean
may_enter(SessionLink *link, GSocket *socket)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GCredentials) credentials = g_socket_get_credentials(socket, &error);
  if (credentials == NULL) {
    log_warning("who connects to the session socket is not known: %s", error->message);
    return FALSE;
  }
  const uid_t uid = g_credentials_get_unix_user(credentials, NULL);
  if (link->events->is_welcome(uid, link->user_data))
    return TRUE;
  log_debug("user %u may not be the helper now", (guint)uid);
  return FALSE;
}

static gboolean
on_incoming(GSocketService *service, GSocketConnection *connection, GObject *source, gpointer user_data)
{
  SessionLink *link = user_data;
  GSocket *socket = g_socket_connection_get_socket(connection);
  if (!may_enter(link, socket))
    return TRUE;
  const int fd = dup(g_socket_get_fd(socket));
  if (fd < 0 || !g_unix_set_fd_nonblocking(fd, TRUE, NULL))
    return TRUE;
  session_link_drop(link); /* a helper that was started anew replaces its predecessor */
  link->helper = frame_stream_new(fd, GUEST_TO_HOST, &STREAM_EVENTS, link);
  log_info("the session's helper is here");
  return TRUE;
}

SessionLink *
session_link_new(const char *path, const SessionLinkEvents *events, gpointer user_data, GError **error)
{
  g_unlink(path);
  g_autoptr(GSocketService) service = g_socket_service_new();
  g_autoptr(GSocketAddress) address = g_unix_socket_address_new(path);
  if (!g_socket_listener_add_address(G_SOCKET_LISTENER(service), address, G_SOCKET_TYPE_STREAM,
                                     G_SOCKET_PROTOCOL_DEFAULT, NULL, NULL, error))
    return NULL;
  g_chmod(path, 0666); /* anybody may knock; may_enter() decides */
  SessionLink *link = g_new0(SessionLink, 1);
  link->service = g_steal_pointer(&service);
  link->events = events;
  link->user_data = user_data;
  g_signal_connect(link->service, "incoming", G_CALLBACK(on_incoming), link);
  g_socket_service_start(link->service);
  return link;
}

gboolean
session_link_send(SessionLink *link, const GuestMessage *message)
{
  if (link->helper == NULL)
    return FALSE;
  frame_stream_send(link->helper, message);
  return TRUE;
}

void
session_link_drop(SessionLink *link)
{
  g_clear_handle_id(&link->close_source, g_source_remove);
  if (link->helper == NULL)
    return;
  g_clear_pointer(&link->helper, frame_stream_free);
  link->events->on_closed(link->user_data);
}

void
session_link_free(SessionLink *link)
{
  if (link == NULL)
    return;
  g_socket_service_stop(link->service);
  g_clear_handle_id(&link->close_source, g_source_remove);
  g_clear_pointer(&link->helper, frame_stream_free);
  g_object_unref(link->service);
  g_free(link);
}
