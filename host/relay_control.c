/* SPDX-License-Identifier: Apache-2.0 */
#include "host/relay_control.h"

#include "common/base/log.h"

#include <errno.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define RETRY_MS 500

struct RelayControl {
  char *path;
  const RelayControlListener *listener;
  gpointer user_data;
  int fd; /* -1 while not connected */
  guint read_source, retry_source;
  gboolean was_told; /* that the relay is not there: once, not at every try */
  char buffer[RELAY_MESSAGE_MAX_SIZE];
};

static gboolean on_retry(gpointer data);

static void
disconnect(RelayControl *control)
{
  if (control->fd < 0)
    return;
  g_source_remove(control->read_source);
  close(control->fd);
  control->fd = -1;
  log_warning("the relay went away; consoles that are open live on");
  if (control->retry_source == 0)
    control->retry_source = g_timeout_add(RETRY_MS, on_retry, control);
  control->listener->disconnected(control->user_data);
}

static int
take_descriptor(struct msghdr *header)
{
  int found = -1;
  for (struct cmsghdr *part = CMSG_FIRSTHDR(header); part != NULL; part = CMSG_NXTHDR(header, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS)
      continue;
    gsize count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (gsize i = 0; i < count; i++) {
      int fd;
      memcpy(&fd, CMSG_DATA(part) + i * sizeof fd, sizeof fd);
      if (found < 0)
        found = fd;
      else
        close(fd);
    }
  }
  return found;
}

static void
take_message(RelayControl *control, gsize size, int fd)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(RelayMessage) message = relay_message_parse(control->buffer, size, &error);
  if (message != NULL) {
    control->listener->message(message, fd, control->user_data);
    return;
  }
  log_warning("the relay said something wrong: %s", error->message);
  if (fd >= 0)
    close(fd);
}

static gboolean
on_readable(gint fd, GIOCondition condition, gpointer data)
{
  RelayControl *control = data;
  char rights[CMSG_SPACE(4 * sizeof(int))];
  struct iovec part = {control->buffer, sizeof control->buffer};
  struct msghdr header = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = rights, .msg_controllen = sizeof rights};
  gssize size = recvmsg(fd, &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (size < 0 && (errno == EAGAIN || errno == EINTR))
    return G_SOURCE_CONTINUE;
  if (size <= 0) {
    disconnect(control);
    return G_SOURCE_CONTINUE; /* removed by disconnect() */
  }
  int descriptor = take_descriptor(&header);
  take_message(control, (gsize)size, descriptor);
  return G_SOURCE_CONTINUE;
}

static int
connect_to(const char *path)
{
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (g_strlcpy(address.sun_path, path, sizeof address.sun_path) >= sizeof address.sun_path) {
    errno = ENAMETOOLONG;
    return -1;
  }
  int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
    int saved = errno;
    close(fd);
    errno = saved;
    return -1;
  }
  return fd;
}

static gboolean
on_retry(gpointer data)
{
  RelayControl *control = data;
  control->fd = connect_to(control->path);
  if (control->fd < 0) {
    if (!control->was_told)
      log_warning("the relay is not at %s: %s; trying on", control->path, g_strerror(errno));
    control->was_told = TRUE;
    return G_SOURCE_CONTINUE;
  }
  control->retry_source = 0;
  control->was_told = FALSE;
  control->read_source = g_unix_fd_add(control->fd, G_IO_IN | G_IO_HUP | G_IO_ERR, on_readable, control);
  log_info("connected to the relay");
  control->listener->connected(control->user_data);
  return G_SOURCE_REMOVE;
}

static gboolean
on_first_try(gpointer data)
{
  RelayControl *control = data;
  control->retry_source = g_timeout_add(RETRY_MS, on_retry, control);
  guint timer = control->retry_source;
  if (on_retry(control) == G_SOURCE_REMOVE)
    g_source_remove(timer);
  return G_SOURCE_REMOVE;
}

RelayControl *
relay_control_new(const char *path, const RelayControlListener *listener, gpointer user_data)
{
  RelayControl *control = g_new0(RelayControl, 1);
  control->path = g_strdup(path);
  control->listener = listener;
  control->user_data = user_data;
  control->fd = -1;
  control->retry_source = g_idle_add(on_first_try, control);
  return control;
}

void
relay_control_send(RelayControl *control, char *text)
{
  g_autofree char *owned = text;
  if (control->fd < 0)
    return;
  if (send(control->fd, owned, strlen(owned), MSG_DONTWAIT | MSG_NOSIGNAL) < 0) {
    log_warning("the relay takes no more messages: %s", g_strerror(errno));
    disconnect(control);
  }
}

gboolean
relay_control_is_connected(const RelayControl *control)
{
  return control->fd >= 0;
}

void
relay_control_free(RelayControl *control)
{
  if (control == NULL)
    return;
  if (control->retry_source != 0)
    g_source_remove(control->retry_source);
  if (control->fd >= 0) {
    g_source_remove(control->read_source);
    close(control->fd);
  }
  g_free(control->path);
  g_free(control);
}
