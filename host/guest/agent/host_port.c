/* SPDX-License-Identifier: Apache-2.0 */
#include "host/guest/agent/host_port.h"

#include "common/base/log.h"
#include "host/guest/agent/frame_stream.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

/* While the host end is closed the port polls as hung up, and no event says when that ends. */
#define RETRY_MS 500

struct HostPort {
  char *path;
  const HostPortEvents *events;
  gpointer user_data;
  FrameStream *stream; /* NULL while the host end is closed */
  guint retry_source;
  gboolean is_missing_told;
};

static void schedule_retry(HostPort *port);

static void
on_message(FrameStream *stream, const GuestMessage *message, gpointer user_data)
{
  HostPort *port = user_data;
  port->events->on_message(message, port->user_data);
}

static void
on_closed(FrameStream *stream, gpointer user_data)
{
  HostPort *port = user_data;
  log_info("the host left the port");
  schedule_retry(port);
}

static const FrameStreamEvents STREAM_EVENTS = {on_message, on_closed};

/* A descriptor of the port when the host end is open, else -1. */
static int
try_open(HostPort *port)
{
  const int fd = open(port->path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) {
    if (!port->is_missing_told)
      log_warning("the port %s cannot be opened: %s", port->path, g_strerror(errno));
    port->is_missing_told = TRUE;
    return -1;
  }
  struct pollfd state = {.fd = fd, .events = POLLIN};
  if (poll(&state, 1, 0) >= 0 && (state.revents & POLLHUP) == 0)
    return fd;
  close(fd);
  return -1;
}

static gboolean
on_retry(gpointer user_data)
{
  HostPort *port = user_data;
  g_clear_pointer(&port->stream, frame_stream_free);
  const int fd = try_open(port);
  if (fd < 0)
    return G_SOURCE_CONTINUE;
  port->retry_source = 0;
  port->is_missing_told = FALSE;
  port->stream = frame_stream_new(fd, HOST_TO_GUEST, &STREAM_EVENTS, port);
  log_info("the host is at the port");
  port->events->on_connected(port->user_data);
  return G_SOURCE_REMOVE;
}

static void
schedule_retry(HostPort *port)
{
  if (port->retry_source == 0)
    port->retry_source = g_timeout_add(RETRY_MS, on_retry, port);
}

HostPort *
host_port_new(const char *path, const HostPortEvents *events, gpointer user_data)
{
  HostPort *port = g_new0(HostPort, 1);
  port->path = g_strdup(path);
  port->events = events;
  port->user_data = user_data;
  schedule_retry(port);
  return port;
}

void
host_port_send(HostPort *port, const GuestMessage *message)
{
  if (port->stream != NULL)
    frame_stream_send(port->stream, message);
}

void
host_port_free(HostPort *port)
{
  if (port == NULL)
    return;
  g_clear_handle_id(&port->retry_source, g_source_remove);
  frame_stream_free(port->stream);
  g_free(port->path);
  g_free(port);
}
