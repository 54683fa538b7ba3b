/* SPDX-License-Identifier: Apache-2.0 */
#include "host/boot_log_keeper.h"

#include "common/base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOOK_S           5
#define STAT_BLOCK_BYTES 512 /* of st_blocks, whatever the file system's are */

/* References: the owner's, and a look's that is under way. */
struct BootLogKeeper {
  const HostSettings *settings;
  Workers *workers;
  guint source;
  gboolean is_looking;
};

/* A hole, not truncation: QEMU goes on writing at its own offset. */
static void
cut(int fd, const char *path)
{
  struct stat info;
  if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode) ||
      (gint64)info.st_blocks * STAT_BLOCK_BYTES <= BOOT_LOG_MAX_BYTES || info.st_size <= BOOT_LOG_KEEP_BYTES)
    return;
  if (fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, info.st_size - BOOT_LOG_KEEP_BYTES) != 0)
    log_warning("the boot log %s cannot be cut: %s", path, g_strerror(errno));
}

void
boot_log_keeper_trim(const HostSettings *settings)
{
  g_autofree char *folder = host_settings_path(settings, "logs");
  g_autoptr(GDir) directory = g_dir_open(folder, 0, NULL);
  const char *name = NULL;
  while (directory != NULL && (name = g_dir_read_name(directory)) != NULL) {
    g_autofree char *path = g_build_filename(folder, name, NULL);
    int fd = open(path, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
      continue;
    cut(fd, path);
    close(fd);
  }
}

static void
on_run(gpointer data)
{
  const BootLogKeeper *keeper = data;
  boot_log_keeper_trim(keeper->settings);
}

static void
on_done(gpointer data)
{
  BootLogKeeper *keeper = data;
  keeper->is_looking = FALSE;
  g_rc_box_release(keeper);
}

static gboolean
on_look(gpointer data)
{
  BootLogKeeper *keeper = data;
  if (!keeper->is_looking)
    workers_push(keeper->workers, on_run, on_done, g_rc_box_acquire(keeper));
  keeper->is_looking = TRUE;
  return G_SOURCE_CONTINUE;
}

BootLogKeeper *
boot_log_keeper_new(const HostSettings *settings, Workers *workers)
{
  BootLogKeeper *keeper = g_rc_box_new0(BootLogKeeper);
  keeper->settings = settings;
  keeper->workers = workers;
  keeper->source = g_timeout_add_seconds(LOOK_S, on_look, keeper);
  return keeper;
}

void
boot_log_keeper_free(BootLogKeeper *keeper)
{
  if (keeper == NULL)
    return;
  g_source_remove(keeper->source);
  g_rc_box_release(keeper);
}
