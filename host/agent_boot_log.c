/* SPDX-License-Identifier: Apache-2.0 */
#include "host/agent_boot_log.h"

#include "common/wire/host_message.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

typedef struct {
  DesktopPaths *paths;
  gint64 request;
  char *text;
  AgentBootLogDone done;
  gpointer user_data;
} Reading;

static char *
read_end(const char *path)
{
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return g_strdup("");
  off_t size = lseek(fd, 0, SEEK_END);
  off_t start = size > HOST_MESSAGE_MAX_BOOT_LOG ? size - HOST_MESSAGE_MAX_BOOT_LOG : 0;
  char *bytes = g_malloc0(HOST_MESSAGE_MAX_BOOT_LOG + 1);
  gssize count = pread(fd, bytes, HOST_MESSAGE_MAX_BOOT_LOG, start);
  close(fd);
  for (gssize i = 0; i < count; i++)
    if (bytes[i] == '\0')
      bytes[i] = ' ';
  return bytes;
}

/* Replaced bytes make a text longer; its end is what is wanted. */
static char *
as_text(char *bytes)
{
  g_autofree char *owned = bytes;
  g_autofree char *text = g_utf8_make_valid(owned, -1);
  gsize size = strlen(text);
  const char *start = text;
  if (size > HOST_MESSAGE_MAX_BOOT_LOG)
    start = g_utf8_find_next_char(text + size - HOST_MESSAGE_MAX_BOOT_LOG - 1, NULL);
  return g_strdup(start);
}

static void
on_run(gpointer data)
{
  Reading *reading = data;
  reading->text = as_text(read_end(reading->paths->boot_log));
}

static void
on_done(gpointer data)
{
  Reading *reading = data;
  reading->done(reading->request, reading->text, reading->user_data);
  desktop_paths_free(reading->paths);
  g_free(reading->text);
  g_free(reading);
}

void
agent_boot_log_read(const HostSettings *settings, Workers *workers, const char *id, gint64 request,
                    AgentBootLogDone done, gpointer user_data)
{
  Reading *reading = g_new0(Reading, 1);
  reading->paths = desktop_paths_new(settings, id, FALSE);
  reading->request = request;
  reading->done = done;
  reading->user_data = user_data;
  workers_push(workers, on_run, on_done, reading);
}
