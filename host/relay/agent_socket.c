/* SPDX-License-Identifier: Apache-2.0 */
#include "host/relay/agent_socket.h"

#include "common/base/error.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define SOCKET_MODE 0660
#define BACKLOG     4

static int
fail(GError **error, int fd, CarawayErrorCode code, const char *path, const char *reason)
{
  g_set_error(error, CARAWAY_ERROR, code, "cannot listen on the control socket %s: %s", path, reason);
  if (fd >= 0)
    close(fd);
  return -1;
}

static gboolean
somebody_listens(const struct sockaddr_un *address)
{
  int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  gboolean listens = fd >= 0 && connect(fd, (const struct sockaddr *)address, sizeof *address) == 0;
  if (fd >= 0)
    close(fd);
  return listens;
}

int
agent_socket_listen(const char *path, GError **error)
{
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof address.sun_path)
    return fail(error, -1, CARAWAY_ERROR_CONFIG, path, "the path is longer than 107 bytes");
  memcpy(address.sun_path, path, strlen(path) + 1);
  if (somebody_listens(&address))
    return fail(error, -1, CARAWAY_ERROR_PORT_TAKEN, path, "another relay listens there");
  struct stat info;
  if (lstat(path, &info) == 0 && S_ISSOCK(info.st_mode))
    (void)unlink(path);
  int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) != 0 || chmod(path, SOCKET_MODE) != 0 ||
      listen(fd, BACKLOG) != 0)
    return fail(error, fd, CARAWAY_ERROR_CONFIG, path, g_strerror(errno));
  return fd;
}

gboolean
agent_socket_send(int socket_fd, const char *text, int fd)
{
  union {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(sizeof(int))];
  } control;
  struct iovec piece = {.iov_base = (void *)text, .iov_len = strlen(text)};
  struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1};
  if (fd >= 0) {
    memset(&control, 0, sizeof control);
    control.header =
        (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof fd), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
    memcpy(CMSG_DATA(&control.header), &fd, sizeof fd);
    message.msg_control = &control;
    message.msg_controllen = sizeof control;
  }
  return sendmsg(socket_fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0;
}

AgentSocketResult
agent_socket_receive(int socket_fd, char *buffer, gsize *ret_size)
{
  struct iovec piece = {.iov_base = buffer, .iov_len = AGENT_MESSAGE_MAX};
  /* No room for control data: descriptors that come along are closed by the kernel. */
  struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1};
  gssize got = recvmsg(socket_fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (got < 0 && (errno == EAGAIN || errno == EINTR))
    return AGENT_SOCKET_NOTHING;
  if (got <= 0 || (message.msg_flags & MSG_TRUNC) != 0)
    return AGENT_SOCKET_GONE;
  buffer[got] = '\0';
  *ret_size = (gsize)got;
  return AGENT_SOCKET_MESSAGE;
}
