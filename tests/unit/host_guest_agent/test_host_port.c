/* SPDX-License-Identifier: Apache-2.0 */
/* A pseudo terminal stands for the virtio-serial port: it too hangs up when the other end closes, and can be
 * opened again. */
#include "common/base/log.h"
#include "host/guest/agent/host_port.h"

#include <fcntl.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

typedef struct {
  guint connected;
  GuestMessageType last;
} Seen;

static void
on_connected(gpointer user_data)
{
  ((Seen *)user_data)->connected++;
}

static void
on_message(const GuestMessage *message, gpointer user_data)
{
  ((Seen *)user_data)->last = message->type;
}

static const HostPortEvents EVENTS = {on_connected, on_message};

/* The host's end of a new terminal in raw mode; @link_path is made to lead to the guest's end. */
static int
open_host_end(const char *link_path)
{
  const int fd = posix_openpt(O_RDWR | O_NOCTTY);
  g_assert_cmpint(fd, >=, 0);
  g_assert_cmpint(grantpt(fd) | unlockpt(fd), ==, 0);
  struct termios mode;
  tcgetattr(fd, &mode);
  cfmakeraw(&mode);
  tcsetattr(fd, TCSANOW, &mode);
  unlink(link_path);
  g_assert_cmpint(symlink(ptsname(fd), link_path), ==, 0);
  return fd;
}

static void
test_comes_back_after_the_host(void)
{
  g_autofree char *folder = g_dir_make_tmp("host-port-XXXXXX", NULL);
  g_autofree char *path = g_build_filename(folder, "port", NULL);
  Seen seen = {0};
  HostPort *port = host_port_new(path, &EVENTS, &seen);
  for (guint round = 1; round <= 2; round++) {
    const int host = open_host_end(path);
    while (seen.connected < round)
      g_main_context_iteration(NULL, TRUE);
    seen.last = GUEST_MESSAGE_UNKNOWN;
    static const char FRAME[] = "\x1b\0\0\0{\"type\":\"ping\",\"request\":7}";
    g_assert_cmpint(write(host, FRAME, sizeof FRAME - 1), ==, (gssize)sizeof FRAME - 1);
    while (seen.last != GUEST_MESSAGE_PING)
      g_main_context_iteration(NULL, TRUE);
    close(host);
  }
  host_port_free(port);
  unlink(path);
  rmdir(folder);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  log_init("test", LOG_LEVEL_ERROR);
  g_test_add_func("/host_port/comes_back_after_the_host", test_comes_back_after_the_host);
  return g_test_run();
}
