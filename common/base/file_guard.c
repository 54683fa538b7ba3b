/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/file_guard.h"

#include "common/base/error.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MODE_BITS 07777

static gboolean
fail_errno(GError **error, const char *path)
{
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG, "Cannot look at %s: %s.", path, g_strerror(errno));
  return FALSE;
}

gboolean
file_guard_check_status(const char *path, const struct stat *status, mode_t forbidden, GError **error)
{
  if (status->st_uid != geteuid() && status->st_uid != 0) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG,
                "%s belongs to the user %u, who could change it; this program runs as %u. Run: chown %u %s",
                path, (guint)status->st_uid, (guint)geteuid(), (guint)geteuid(), path);
    return FALSE;
  }
  if ((status->st_mode & forbidden) == 0)
    return TRUE;
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG,
              "%s has mode %04o, so that others than its owner can %s it. Run: chmod %04o %s", path,
              (guint)(status->st_mode & MODE_BITS), (forbidden & 0044) != 0 ? "reach" : "change",
              (guint)(status->st_mode & MODE_BITS & ~forbidden), path);
  return FALSE;
}

gboolean
file_guard_check_file(const char *path, mode_t forbidden, GError **error)
{
  struct stat status;
  if (stat(path, &status) != 0)
    return fail_errno(error, path);
  if (S_ISREG(status.st_mode))
    return file_guard_check_status(path, &status, forbidden, error);
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG, "%s is not a file.", path);
  return FALSE;
}

/* Links within the folder are as good as files: who may make them may change the files, too. */
static gboolean
lies_within(const char *folder, const char *path, GError **error)
{
  char *real_folder = realpath(folder, NULL);
  char *real_path = realpath(path, NULL);
  gboolean known = real_folder != NULL && real_path != NULL;
  gsize length = known ? strlen(real_folder) : 0;
  gboolean within = known && strncmp(real_path, real_folder, length) == 0 && real_path[length] == '/';
  if (!known)
    fail_errno(error, path);
  else if (!within)
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG,
                "%s is a link to %s, outside of its folder. Put the file itself there.", path, real_path);
  free(real_folder);
  free(real_path);
  return within;
}

static gboolean
check_member(const char *folder, const char *name, GError **error)
{
  g_autofree char *path = g_build_filename(folder, name, NULL);
  struct stat status;
  if (lstat(path, &status) != 0)
    return errno == ENOENT || fail_errno(error, path);
  if (S_ISLNK(status.st_mode) && !lies_within(folder, path, error))
    return FALSE;
  return file_guard_check_file(path, FILE_GUARD_PRIVATE, error);
}

gboolean
file_guard_check_folder(const char *folder, mode_t forbidden, const char *const *names, GError **error)
{
  struct stat status;
  if (stat(folder, &status) != 0)
    return errno == ENOENT || fail_errno(error, folder);
  if (!S_ISDIR(status.st_mode)) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG, "%s is not a folder.", folder);
    return FALSE;
  }
  if (!file_guard_check_status(folder, &status, forbidden, error))
    return FALSE;
  for (; names != NULL && *names != NULL; names++)
    if (!check_member(folder, *names, error))
      return FALSE;
  return TRUE;
}
