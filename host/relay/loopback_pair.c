/* SPDX-License-Identifier: Apache-2.0 */
#include "host/relay/loopback_pair.h"

#include "common/base/error.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#define BUFFER_BYTES 49152
#define ATTEMPTS     8 /* strangers whose connections we may meet before giving up */

typedef struct sockaddr_in Address;

static gboolean
fail(GError **error)
{
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_OVERLOADED,
              "no socket for the desktop's console can be made: %s", g_strerror(errno));
  return FALSE;
}

static int
open_socket(void)
{
  int bytes = BUFFER_BYTES;
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return -1;
  /* Before connecting: the window is settled then; an accepted socket inherits both. */
  (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
  (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
  return fd;
}

static gboolean
listen_on_loopback(int fd, Address *ret_address)
{
  Address address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  if (bind(fd, (struct sockaddr *)&address, size) != 0 || listen(fd, ATTEMPTS) != 0 ||
      getsockname(fd, (struct sockaddr *)&address, &size) != 0)
    return FALSE;
  *ret_address = address;
  return TRUE;
}

static gboolean
is_same(const Address *a, const Address *b)
{
  return a->sin_port == b->sin_port && a->sin_addr.s_addr == b->sin_addr.s_addr;
}

/* The other end of @ours, whatever else may have connected to @listener meanwhile; -1 when it does not come.
 */
static int
accept_ours(int listener, int ours)
{
  Address own = {0};
  socklen_t size = sizeof own;
  if (getsockname(ours, (struct sockaddr *)&own, &size) != 0)
    return -1;
  for (int i = 0; i < ATTEMPTS; i++) {
    Address peer = {0};
    size = sizeof peer;
    int fd = accept4(listener, (struct sockaddr *)&peer, &size, SOCK_CLOEXEC);
    if (fd < 0 || is_same(&peer, &own))
      return fd;
    close(fd);
  }
  errno = ECONNABORTED;
  return -1;
}

gboolean
loopback_pair_make(int *ret_ours, int *ret_servers, GError **error)
{
  Address address;
  int one = 1, servers = -1;
  int listener = open_socket();
  int ours = listener >= 0 ? open_socket() : -1;
  if (ours >= 0 && listen_on_loopback(listener, &address) &&
      connect(ours, (struct sockaddr *)&address, sizeof address) == 0)
    servers = accept_ours(listener, ours);
  gboolean good = servers >= 0 || fail(error);
  if (listener >= 0)
    close(listener);
  if (!good && ours >= 0)
    close(ours);
  if (!good)
    return FALSE;
  (void)setsockopt(servers, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  *ret_ours = ours;
  *ret_servers = servers;
  return TRUE;
}
