/* SPDX-License-Identifier: Apache-2.0 */
#include "host/guest/agent/session_helper.h"

#include "common/base/clock.h"
#include "common/base/daemon.h"
#include "common/base/log.h"
#include "host/guest/agent/desktop_watch.h"
#include "host/guest/agent/frame_stream.h"
#include "host/guest/agent/idle_report.h"
#include "host/guest/agent/message_dialog.h"
#include "host/guest/agent/screen_follow.h"

#include <glib-unix.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define TICK_MS        1000
#define DRAIN_LIMIT_MS 1000

typedef struct {
  const char *path;
  Daemon *daemon;
  DesktopWatch *watch;
  FrameStream *service; /* NULL while not connected */
  IdleReport idle;
  gboolean is_desktop_up;
  gboolean is_lost;
  guint open_messages;
} Helper;

static void
send_ready(Helper *helper)
{
  const GuestMessage ready = {.type = GUEST_MESSAGE_READY};
  if (helper->service != NULL && helper->is_desktop_up)
    frame_stream_send(helper->service, &ready);
}

static void
on_up(gpointer user_data)
{
  Helper *helper = user_data;
  helper->is_desktop_up = TRUE;
  log_info("the desktop is up");
  send_ready(helper);
}

static void
on_message(FrameStream *stream, const GuestMessage *message, gpointer user_data)
{
  Helper *helper = user_data;
  if (message->type != GUEST_MESSAGE_MESSAGE)
    return;
  g_autoptr(GError) error = NULL;
  GuestMessage result = {.type = GUEST_MESSAGE_RESULT, .request = message->request};
  result.is_ok = message_dialog_show(message->title, message->text, &helper->open_messages, &error);
  result.detail = error != NULL ? error->message : NULL;
  frame_stream_send(stream, &result);
}

static void
on_closed(FrameStream *stream, gpointer user_data)
{
  Helper *helper = user_data;
  helper->is_lost = TRUE; /* the next tick connects again */
}

static const FrameStreamEvents STREAM_EVENTS = {on_message, on_closed};

static int
connect_to(const char *path)
{
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  g_strlcpy(address.sun_path, path, sizeof address.sun_path);
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0 &&
      g_unix_set_fd_nonblocking(fd, TRUE, NULL))
    return fd;
  if (fd >= 0)
    close(fd);
  return -1;
}

static void
keep_connected(Helper *helper)
{
  if (helper->is_lost)
    g_clear_pointer(&helper->service, frame_stream_free);
  helper->is_lost = FALSE;
  if (helper->service != NULL)
    return;
  const int fd = connect_to(helper->path);
  if (fd < 0)
    return;
  helper->service = frame_stream_new(fd, HOST_TO_GUEST, &STREAM_EVENTS, helper);
  helper->idle.has_told = FALSE;
  send_ready(helper);
}

static gboolean
on_tick(gpointer user_data)
{
  Helper *helper = user_data;
  keep_connected(helper);
  const gint64 idle_ms = desktop_watch_idle_ms(helper->watch);
  const gint64 now_ms = clock_boottime_us(clock_system()) / 1000;
  if (helper->service != NULL && idle_report_is_due(&helper->idle, now_ms, idle_ms)) {
    const GuestMessage message = {.type = GUEST_MESSAGE_IDLE, .idle_ms = idle_ms};
    frame_stream_send(helper->service, &message);
  }
  return G_SOURCE_CONTINUE;
}

static void
on_stop(Daemon *daemon, gpointer user_data)
{
  daemon_quit(daemon);
}

gboolean
session_helper_run(const char *path, GError **error)
{
  Helper helper = {.path = path};
  helper.watch = desktop_watch_new(on_up, &helper, error);
  if (helper.watch == NULL)
    return FALSE;
  g_autoptr(GError) local = NULL;
  ScreenFollow *screen = screen_follow_new(&local);
  if (screen == NULL)
    log_warning("%s", local->message);
  helper.daemon = daemon_new(on_stop, NULL, DRAIN_LIMIT_MS);
  keep_connected(&helper);
  const guint tick = g_timeout_add(TICK_MS, on_tick, &helper);
  daemon_run(helper.daemon, path);
  g_source_remove(tick);
  frame_stream_free(helper.service);
  screen_follow_free(screen);
  desktop_watch_free(helper.watch);
  daemon_free(helper.daemon);
  return TRUE;
}
