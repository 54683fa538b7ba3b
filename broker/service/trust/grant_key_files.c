/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/trust/grant_key_files.h"

#include "common/base/error.h"
#include "common/base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

static gboolean
fail(const char *what, const char *path, GError **error)
{
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG, "The grant key %s cannot be %s: %s.", path, what,
              g_strerror(errno));
  return FALSE;
}

/* A name that changed is durable with its folder. */
static gboolean
sync_folder(const char *folder, GError **error)
{
  int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  gboolean done = fd >= 0 && fsync(fd) == 0;
  if (!done)
    fail("written", folder, error);
  if (fd >= 0)
    close(fd);
  return done;
}

/* Takes @fd (-1: there was none) of a file that has no name any more. Whether the disk keeps a copy is not
 * ours to say; a failure here leaves a file that nobody can open. */
static void
wipe(int fd)
{
  static const char ZEROS[512];
  if (fd < 0)
    return;
  off_t size = lseek(fd, 0, SEEK_END);
  for (off_t at = 0; at < size; at += (off_t)sizeof ZEROS)
    if (pwrite(fd, ZEROS, (size_t)MIN((off_t)sizeof ZEROS, size - at), at) < 0)
      break;
  if (fsync(fd) != 0)
    log_debug("what is left of an old key was not overwritten: %s", g_strerror(errno));
  close(fd);
}

static int
open_old(const char *path)
{
  return open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
}

gboolean
grant_key_files_erase(const char *folder, const char *name, GError **error)
{
  g_autofree char *path = g_build_filename(folder, name, NULL);
  int old = open_old(path);
  gboolean done =
      g_unlink(path) == 0 ? sync_folder(folder, error) : errno == ENOENT || fail("erased", path, error);
  wipe(old);
  return done;
}

/* @ret_key is NULL when there is no such file. */
static gboolean
load(const char *path, GrantKey **ret_key, GError **error)
{
  *ret_key = NULL;
  if (!g_file_test(path, G_FILE_TEST_EXISTS))
    return TRUE;
  *ret_key = grant_key_load(path, error);
  return *ret_key != NULL;
}

gboolean
grant_key_files_load(const char *folder, GrantKey **ret_current, GrantKey **ret_next, GError **error)
{
  g_autofree char *current_path = g_build_filename(folder, GRANT_KEY_FILE, NULL);
  g_autofree char *next_path = g_build_filename(folder, GRANT_KEY_NEXT_FILE, NULL);
  g_autoptr(GrantKey) current = NULL;
  g_autoptr(GrantKey) next = NULL;
  g_autoptr(GError) problem = NULL;
  if (!load(current_path, &current, error))
    return FALSE;
  if (!load(next_path, &next, &problem)) {
    log_warning("%s Another one is made.", problem->message);
    if (!grant_key_files_erase(folder, GRANT_KEY_NEXT_FILE, error))
      return FALSE;
  }
  *ret_current = g_steal_pointer(&current);
  *ret_next = g_steal_pointer(&next);
  return TRUE;
}

gboolean
grant_key_files_keep_next(const char *folder, const GrantKey *key, GError **error)
{
  g_autofree char *path = g_build_filename(folder, GRANT_KEY_NEXT_FILE, NULL);
  return grant_key_save(key, path, error) && sync_folder(folder, error);
}

gboolean
grant_key_files_promote(const char *folder, GError **error)
{
  g_autofree char *current = g_build_filename(folder, GRANT_KEY_FILE, NULL);
  g_autofree char *next = g_build_filename(folder, GRANT_KEY_NEXT_FILE, NULL);
  int old = open_old(current);
  if (g_rename(next, current) != 0) {
    if (old >= 0)
      close(old);
    return fail("put in its place", next, error);
  }
  g_autoptr(GError) problem = NULL;
  gboolean is_durable = sync_folder(folder, &problem);
  if (is_durable)
    wipe(old);
  else { /* after a loss of power both may be there: what the database says of them decides */
    log_warning("%s", problem->message);
    if (old >= 0)
      close(old);
  }
  return TRUE;
}
