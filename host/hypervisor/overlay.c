/* SPDX-License-Identifier: Apache-2.0 */
#include "host/hypervisor/overlay.h"

#include "common/base/error.h"
#include "host/hypervisor/subprocess.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define LIMIT_MS      30000
#define COPY_LIMIT_MS (30 * 60 * 1000)

static gboolean
fail(const SubprocessResult *result, const char *what, GError **error)
{
  gboolean is_full = strstr(result->output, g_strerror(ENOSPC)) != NULL;
  g_set_error(error, CARAWAY_ERROR, is_full ? CARAWAY_ERROR_NO_SPACE : CARAWAY_ERROR_INTERNAL, "%s%s: %s",
              what, result->timed_out ? " in time" : "", g_strstrip(result->output));
  return FALSE;
}

/* Runs the program that makes @path anew; what it leaves of it when it fails is removed. */
static gboolean
make(const char *const *argv, const char *path, gint64 limit_ms, const char *what, GError **error)
{
  SubprocessResult result;
  if (!overlay_remove(path, error) || !subprocess_run(argv, limit_ms, NULL, NULL, &result, error))
    return FALSE;
  gboolean done = result.status == 0 || fail(&result, what, error);
  if (!done)
    g_unlink(path);
  subprocess_result_clear(&result);
  return done;
}

gboolean
overlay_create(const char *path, const char *backing, GError **error)
{
  const char *argv[] = {"qemu-img", "create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", backing, path, NULL};
  return make(argv, path, LIMIT_MS, "qemu-img made no overlay", error);
}

gboolean
overlay_create_empty(const char *path, gint64 size_mib, GError **error)
{
  g_autofree char *size = g_strdup_printf("%" G_GINT64_FORMAT "M", size_mib);
  const char *argv[] = {"qemu-img", "create", "-q", "-f", "qcow2", path, size, NULL};
  return make(argv, path, LIMIT_MS, "qemu-img made no disk", error);
}

/* What stands on the copy is kept, so that the copy must be on the disk before its name is. */
static gboolean
put_in_place(const char *temporary, const char *path, GError **error)
{
  int fd = open(temporary, O_RDONLY | O_CLOEXEC);
  gboolean done = fd >= 0 && fsync(fd) == 0 && g_rename(temporary, path) == 0;
  if (!done)
    g_set_error(error, CARAWAY_ERROR, errno == ENOSPC ? CARAWAY_ERROR_NO_SPACE : CARAWAY_ERROR_INTERNAL,
                "The copy %s of an image is not finished: %s", path, g_strerror(errno));
  if (fd >= 0)
    close(fd);
  if (!done)
    g_unlink(temporary);
  return done;
}

gboolean
overlay_copy_base(const char *image, const char *path, GError **error)
{
  if (g_file_test(path, G_FILE_TEST_IS_REGULAR))
    return TRUE;
  g_autofree char *unique = g_uuid_string_random();
  g_autofree char *temporary = g_strdup_printf("%s.%s", path, unique);
  const char *argv[] = {"cp", "--reflink=auto", "--sparse=always", "--", image, temporary, NULL};
  return make(argv, temporary, COPY_LIMIT_MS, "The image was not copied", error) &&
         put_in_place(temporary, path, error);
}

gboolean
overlay_remove(const char *path, GError **error)
{
  if (g_unlink(path) == 0 || errno == ENOENT)
    return TRUE;
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INTERNAL, "Cannot remove %s: %s", path, g_strerror(errno));
  return FALSE;
}
