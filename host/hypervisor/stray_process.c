/* SPDX-License-Identifier: Apache-2.0 */
#include "host/hypervisor/stray_process.h"

#include "common/base/error.h"
#include "common/base/log.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>

#define LIMIT_MS 10000

/* Whether the arguments in @text, each ended by NUL, are those of the machine that is looked for. */
static gboolean
is_machine(const char *text, gsize size, const char *id, const char *overlay_path)
{
  const char *end = text + size;
  if (size == 0 || strstr(text, "qemu-system") == NULL)
    return FALSE;
  gboolean has_id = FALSE;
  gboolean has_disk = FALSE;
  const char *previous = "";
  for (const char *argument = text; argument < end; argument += strlen(argument) + 1) {
    has_id = has_id || (strcmp(previous, "-uuid") == 0 && strcmp(argument, id) == 0);
    has_disk = has_disk || strstr(argument, overlay_path) != NULL;
    previous = argument;
  }
  return has_id && has_disk;
}

static gboolean
matches(const char *pid, const char *id, const char *overlay_path)
{
  g_autofree char *path = g_strdup_printf("/proc/%s/cmdline", pid);
  g_autofree char *text = NULL;
  gsize size = 0;
  return g_file_get_contents(path, &text, &size, NULL) && is_machine(text, size, id, overlay_path);
}

/* The descriptor is taken before the second look, so that it is the same process that is signalled. */
static gboolean
end_process(const char *pid, const char *id, const char *overlay_path, GError **error)
{
  int fd = pidfd_open((pid_t)g_ascii_strtoll(pid, NULL, 10), 0);
  if (fd < 0)
    return TRUE; /* it ended by itself */
  gboolean has_ended = TRUE;
  if (matches(pid, id, overlay_path)) {
    log_write(LOG_LEVEL_WARNING, LOG_FIELDS(.desktop = id), "ending the QEMU process %s, which libvirt lost",
              pid);
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    has_ended = pidfd_send_signal(fd, SIGKILL, NULL, 0) != 0 || poll(&wait, 1, LIMIT_MS) == 1;
  }
  close(fd);
  if (!has_ended)
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_HYPERVISOR, "The QEMU process %s does not end.", pid);
  return has_ended;
}

gboolean
stray_process_end(const char *id, const char *overlay_path, GError **error)
{
  g_autoptr(GDir) directory = g_dir_open("/proc", 0, NULL);
  const char *pid;
  while (directory != NULL && (pid = g_dir_read_name(directory)) != NULL)
    if (g_ascii_isdigit(pid[0]) && matches(pid, id, overlay_path) &&
        !end_process(pid, id, overlay_path, error))
      return FALSE;
  return TRUE;
}
