/* SPDX-License-Identifier: Apache-2.0 */
#include "host/image/image_file.h"

#include "common/base/error.h"
#include "host/image/fingerprint.h"
#include "host/plan/qcow2_header.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* QEMU's file locks (block/file-posix.c): one byte a permission from 100 on, one byte a refusal from 200 on.
 */
#define QEMU_LOCK_START 100
#define QEMU_LOCK_BYTES 200

gboolean
image_file_check_header(const char *path, struct stat *ret_info, GError **error)
{
  guint8 header[QCOW2_HEADER_SIZE];
  struct stat info;
  const int fd = g_open(path, O_RDONLY | O_CLOEXEC, 0);
  const gssize size = fd >= 0 && fstat(fd, &info) == 0 ? pread(fd, header, sizeof header, 0) : -1;
  const int saved = errno;
  if (fd >= 0)
    close(fd);
  if (size < 0) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_IMAGE_BAD, "%s cannot be read: %s", path,
                g_strerror(saved));
    return FALSE;
  }
  if (!qcow2_header_check(header, (gsize)size, NULL, error)) {
    g_prefix_error(error, "%s: ", path);
    return FALSE;
  }
  if (ret_info != NULL)
    *ret_info = info;
  return TRUE;
}

gboolean
image_file_is_in_use(const char *path)
{
  const int fd = g_open(path, O_RDWR | O_CLOEXEC, 0);
  if (fd < 0)
    return FALSE;
  struct flock lock = {
      .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = QEMU_LOCK_START, .l_len = QEMU_LOCK_BYTES};
  const gboolean is_locked = fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
  close(fd);
  return is_locked;
}

static void
rename_error(GError **error, const char *target)
{
  if (!g_error_matches(*error, G_IO_ERROR, G_IO_ERROR_NO_SPACE))
    return;
  g_clear_error(error);
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NO_SPACE,
              "There is no space left for %s; free some and try again.", target);
}

static gboolean
sync_file(const char *path)
{
  const int fd = g_open(path, O_RDONLY | O_CLOEXEC, 0);
  const gboolean is_done = fd >= 0 && fsync(fd) == 0;
  if (fd >= 0)
    close(fd);
  return is_done;
}

gboolean
image_file_copy(const char *source, const char *target, const char *hash, GCancellable *cancellable,
                GError **error)
{
  g_autoptr(GFile) from = g_file_new_for_path(source);
  g_autoptr(GFile) to = g_file_new_for_path(target);
  g_autoptr(GError) local = NULL;
  if (!g_file_copy(from, to, G_FILE_COPY_OVERWRITE | G_FILE_COPY_TARGET_DEFAULT_PERMS, cancellable, NULL,
                   NULL, &local) ||
      !sync_file(target)) {
    if (local == NULL)
      g_set_error(&local, G_IO_ERROR, g_io_error_from_errno(errno), "%s: %s", target, g_strerror(errno));
    rename_error(&local, target);
    g_propagate_error(error, g_steal_pointer(&local));
    return FALSE;
  }
  g_autofree char *copied = fingerprint_of_file(target, cancellable, error);
  if (copied == NULL)
    return FALSE;
  if (strcmp(copied, hash) == 0)
    return TRUE;
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_IMAGE_BAD,
              "The image %s is damaged: its SHA-256 is not the one that it was built with.", source);
  return FALSE;
}
