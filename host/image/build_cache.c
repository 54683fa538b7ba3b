/* SPDX-License-Identifier: Apache-2.0 */
#include "host/image/build_cache.h"

#include "common/base/error.h"
#include "host/image/build_step.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <utime.h>

#define KEPT_OF_A_KIND 3
#define WORK_PREFIX    ".work-"
#define LOCK_POLL_US   (250 * 1000)

static gboolean
make_folder(const char *folder, GError **error)
{
  if (g_mkdir_with_parents(folder, 0755) == 0)
    return TRUE;
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INTERNAL, "The folder %s cannot be made: %s.", folder,
              g_strerror(errno));
  return FALSE;
}

int
build_cache_lock(const char *cache, Progress *progress, GCancellable *cancellable, GError **error)
{
  if (!make_folder(cache, error))
    return -1;
  g_autofree char *path = g_build_filename(cache, ".lock", NULL);
  const int fd = g_open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INTERNAL, "%s cannot be opened: %s.", path,
                g_strerror(errno));
    return -1;
  }
  for (gboolean is_told = FALSE; flock(fd, LOCK_EX | LOCK_NB) != 0; is_told = TRUE) {
    if (!is_told)
      progress_step(progress, 0, "waiting for another build with this cache");
    g_usleep(LOCK_POLL_US);
    if (g_cancellable_set_error_if_cancelled(cancellable, error)) {
      close(fd);
      return -1;
    }
  }
  return fd;
}

typedef struct {
  char *path;
  gint64 modified_s;
} Kept;

static void
kept_clear(gpointer data)
{
  g_free(((Kept *)data)->path);
}

static int
newest_first(gconstpointer a, gconstpointer b)
{
  const Kept *left = a, *right = b;
  return left->modified_s < right->modified_s ? 1 : left->modified_s > right->modified_s ? -1 : 0;
}

static GArray *
list_kept(const char *cache, const char *prefix, const char *suffix)
{
  GArray *all = g_array_new(FALSE, FALSE, sizeof(Kept));
  g_array_set_clear_func(all, kept_clear);
  g_autoptr(GDir) folder = g_dir_open(cache, 0, NULL);
  for (const char *name; folder != NULL && (name = g_dir_read_name(folder)) != NULL;) {
    GStatBuf status;
    Kept kept = {g_build_filename(cache, name, NULL), 0};
    if (g_str_has_prefix(name, prefix) && g_str_has_suffix(name, suffix) && g_stat(kept.path, &status) == 0) {
      kept.modified_s = status.st_mtime;
      g_array_append_val(all, kept);
    } else {
      g_free(kept.path);
    }
  }
  g_array_sort(all, newest_first);
  return all;
}

static void
prune(const char *cache, const char *prefix, const char *suffix)
{
  g_autoptr(GArray) all = list_kept(cache, prefix, suffix);
  for (guint i = KEPT_OF_A_KIND; i < all->len; i++)
    g_unlink(g_array_index(all, Kept, i).path);
}

void
build_cache_unlock(const char *cache, int lock)
{
  prune(cache, "base-", ".tar");
  prune(cache, "image-", ".json");
  prune(cache, "image-", ".qcow2");
  close(lock);
}

/* Whoever has the lock is the only one at work: any other work folder belongs to a build that was killed. */
static gboolean
remove_stale_work(const char *cache, GError **error)
{
  g_autoptr(GArray) stale = list_kept(cache, WORK_PREFIX, "");
  const BuildStep step = {0};
  for (guint i = 0; i < stale->len; i++)
    if (!build_step_run_as_owner(
            &step, "coreutils",
            BUILD_WORDS("rm", "-rf", "--one-file-system", g_array_index(stale, Kept, i).path), NULL, error))
      return FALSE;
  return TRUE;
}

char *
build_cache_new_work(const char *cache, GError **error)
{
  if (!remove_stale_work(cache, error))
    return NULL;
  g_autofree char *path = g_strdup_printf("%s/" WORK_PREFIX "%d", cache, (int)getpid());
  /* Open to the ids of a user namespace, which are strangers to whoever builds. */
  if (g_mkdir(path, 0755) == 0)
    return g_steal_pointer(&path);
  g_set_error(error, CARAWAY_ERROR, errno == ENOSPC ? CARAWAY_ERROR_NO_SPACE : CARAWAY_ERROR_INTERNAL,
              "The work folder %s cannot be made: %s.", path, g_strerror(errno));
  return NULL;
}

char *
build_cache_base_path(const char *cache, const char *fingerprint)
{
  return g_strdup_printf("%s/base-%.16s.tar", cache, fingerprint);
}

char *
build_cache_image_path(const char *cache, const char *fingerprint)
{
  return g_strdup_printf("%s/image-%.16s.qcow2", cache, fingerprint);
}

static char *
description_path(const char *cache, const char *fingerprint)
{
  return g_strdup_printf("%s/image-%.16s.json", cache, fingerprint);
}

gboolean
build_cache_keep(const char *made, const char *kept, GError **error)
{
  if (g_rename(made, kept) == 0)
    return TRUE;
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INTERNAL, "%s cannot be moved to %s: %s.", made, kept,
              g_strerror(errno));
  return FALSE;
}

gboolean
build_cache_add_image(const char *cache, const ImageInfo *info, const char *qcow2, GError **error)
{
  g_autofree char *path = build_cache_image_path(cache, info->recipe_hash);
  g_autofree char *description = description_path(cache, info->recipe_hash);
  g_autofree char *text = image_info_to_json(info);
  return build_cache_keep(qcow2, path, error) && g_file_set_contents(description, text, -1, error);
}

ImageInfo *
build_cache_find_image(const char *cache, const char *fingerprint)
{
  g_autofree char *path = build_cache_image_path(cache, fingerprint);
  g_autofree char *description = description_path(cache, fingerprint);
  g_autoptr(ImageInfo) info =
      g_file_test(path, G_FILE_TEST_IS_REGULAR) ? image_info_load(description, NULL) : NULL;
  if (info == NULL || strcmp(info->recipe_hash, fingerprint) != 0)
    return NULL;
  g_utime(path, NULL); /* used now, so not the next to be pruned */
  g_utime(description, NULL);
  return g_steal_pointer(&info);
}

void
build_cache_drop_image(const char *cache, const char *fingerprint)
{
  g_autofree char *path = build_cache_image_path(cache, fingerprint);
  g_autofree char *description = description_path(cache, fingerprint);
  g_unlink(description);
  g_unlink(path);
}

gboolean
build_cache_check_space(const char *folder, gint64 needed_mib, GError **error)
{
  struct statvfs status;
  if (!make_folder(folder, error))
    return FALSE;
  if (statvfs(folder, &status) != 0)
    return TRUE;
  const gint64 free_mib = ((gint64)status.f_bavail * status.f_frsize) >> 20;
  if (free_mib >= needed_mib)
    return TRUE;
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NO_SPACE,
              "%s has %" G_GINT64_FORMAT " MiB free, but this needs %" G_GINT64_FORMAT
              " MiB; free some space or name another folder.",
              folder, free_mib, needed_mib);
  return FALSE;
}
