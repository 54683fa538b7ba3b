/* SPDX-License-Identifier: Apache-2.0 */
#include "host/image/build.h"

#include "common/base/error.h"
#include "host/image/base_system.h"
#include "host/image/boot_disk.h"
#include "host/image/build_cache.h"
#include "host/image/build_step.h"
#include "host/image/fingerprint.h"
#include "host/image/system_tree.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#define NEEDED_FOR_BUILD_MIB 5120
#define NEEDED_FOR_COPY_MIB  1536

static char *
now_text(void)
{
  g_autoptr(GDateTime) now = g_date_time_new_now_utc();
  return g_date_time_format_iso8601(now);
}

static ImageInfo *
describe(const Build *build, const char *fingerprint, const char *qcow2, GError **error)
{
  GStatBuf status;
  g_autofree char *hash = fingerprint_of_file(qcow2, build->cancellable, error);
  if (hash == NULL)
    return NULL;
  if (g_stat(qcow2, &status) != 0)
    status.st_size = 0;
  ImageInfo *info = g_new0(ImageInfo, 1);
  info->name = g_strdup(build->recipe->name);
  info->hash = g_steal_pointer(&hash);
  info->size_mib = (status.st_size + (1 << 20) - 1) >> 20;
  info->virtual_size_mib = build->recipe->size_mib;
  info->os = g_strdup(build->recipe->os);
  info->account = g_strdup(build->recipe->account);
  info->created = now_text();
  info->recipe_hash = g_strdup(fingerprint);
  return info;
}

/* The cached base system of this recipe, made when it is not there. */
static char *
provide_base(const Build *build, const BuildStep *step, GError **error)
{
  g_autofree char *fingerprint = recipe_base_fingerprint(build->recipe, error);
  if (fingerprint == NULL)
    return NULL;
  g_autofree char *cached = build_cache_base_path(build->cache, fingerprint);
  if (g_file_test(cached, G_FILE_TEST_IS_REGULAR)) {
    progress_step(build->progress, 58, "using the cached base system");
    return g_steal_pointer(&cached);
  }
  g_autofree char *made = build_step_path(step, "base.tar");
  progress_step(build->progress, 1, "installing Debian's packages");
  if (!base_system_make(step, made, error) || !build_cache_keep(made, cached, error))
    return NULL;
  return g_steal_pointer(&cached);
}

static ImageInfo *
make_image(const Build *build, const BuildStep *step, const char *fingerprint, GError **error)
{
  g_autofree char *base = provide_base(build, step, error);
  g_autofree char *root = build_step_path(step, "root");
  g_autofree char *qcow2 = build_step_path(step, "disk.qcow2");
  if (base == NULL || !system_tree_make(step, base, root, error) || !boot_disk_make(step, root, qcow2, error))
    return NULL;
  progress_step(build->progress, 95, "computing the image's hash");
  g_autoptr(ImageInfo) info = describe(build, fingerprint, qcow2, error);
  if (info == NULL || !build_cache_add_image(build->cache, info, qcow2, error))
    return NULL;
  return g_steal_pointer(&info);
}

/* Whatever comes of the build, its work folder goes: also when the build was cancelled. */
static void
remove_work(const BuildStep *step)
{
  const BuildStep last = {.recipe = step->recipe, .work = step->work};
  g_autoptr(GError) error = NULL;
  if (!build_step_run_as_owner(&last, "coreutils", BUILD_WORDS("rm", "-rf", "--one-file-system", step->work),
                               NULL, &error))
    g_printerr("The work folder %s could not be removed: %s\n", step->work, error->message);
}

static ImageInfo *
make_in_work_folder(const Build *build, const char *fingerprint, GError **error)
{
  BuildStep step = {.recipe = build->recipe,
                    .guest_path = build->guest_path,
                    .sources = build->sources,
                    .progress = build->progress,
                    .cancellable = build->cancellable};
  step.work = build_cache_new_work(build->cache, error);
  if (step.work == NULL)
    return NULL;
  ImageInfo *info = make_image(build, &step, fingerprint, error);
  remove_work(&step);
  g_free(step.work);
  return info;
}

static ImageInfo *
find_in_store(const Build *build, const char *fingerprint)
{
  g_autoptr(ImageInfo) info = image_store_get(build->output, build->recipe->name, NULL);
  if (info == NULL || strcmp(info->recipe_hash, fingerprint) != 0)
    return NULL;
  GStatBuf status;
  g_autofree char *path = image_store_path(build->output, info->name);
  const gboolean is_whole =
      g_stat(path, &status) == 0 && (status.st_size + (1 << 20) - 1) >> 20 == info->size_mib;
  return is_whole ? g_steal_pointer(&info) : NULL;
}

/* Copies from cache to store. A cached file that became damaged is thrown away: the next build makes it anew.
 */
static gboolean
publish(const Build *build, const ImageInfo *info, GError **error)
{
  g_autofree char *cached = build_cache_image_path(build->cache, info->recipe_hash);
  g_autoptr(GError) local = NULL;
  if (!build_cache_check_space(build->output, NEEDED_FOR_COPY_MIB, error))
    return FALSE;
  progress_step(build->progress, 97, "copying the image to the store");
  if (image_store_add(build->output, info, cached, build->cancellable, &local))
    return TRUE;
  if (g_error_matches(local, CARAWAY_ERROR, CARAWAY_ERROR_IMAGE_BAD))
    build_cache_drop_image(build->cache, info->recipe_hash);
  g_propagate_error(error, g_steal_pointer(&local));
  return FALSE;
}

static ImageInfo *
build_locked(const Build *build, const char *fingerprint, BuildOutcome *ret_outcome, GError **error)
{
  g_autoptr(ImageInfo) info = build_cache_find_image(build->cache, fingerprint);
  g_autoptr(GError) local = NULL;
  if (info != NULL && publish(build, info, &local)) {
    *ret_outcome = BUILD_FROM_CACHE;
    return g_steal_pointer(&info);
  }
  if (local != NULL && !g_error_matches(local, CARAWAY_ERROR, CARAWAY_ERROR_IMAGE_BAD)) {
    g_propagate_error(error, g_steal_pointer(&local));
    return NULL;
  }
  g_clear_pointer(&info, image_info_free);
  if (!build_cache_check_space(build->cache, NEEDED_FOR_BUILD_MIB, error))
    return NULL;
  info = make_in_work_folder(build, fingerprint, error);
  if (info == NULL || !publish(build, info, error))
    return NULL;
  *ret_outcome = BUILD_MADE;
  return g_steal_pointer(&info);
}

ImageInfo *
build_run(const Build *build, BuildOutcome *ret_outcome, GError **error)
{
  g_autofree char *fingerprint = recipe_fingerprint(build->recipe, build->guest_path, error);
  if (fingerprint == NULL)
    return NULL;
  ImageInfo *present = find_in_store(build, fingerprint);
  if (present != NULL) {
    *ret_outcome = BUILD_PRESENT;
    return present;
  }
  if (!image_store_check_free(build->output, build->recipe->name, error))
    return NULL;
  const int lock = build_cache_lock(build->cache, build->progress, build->cancellable, error);
  if (lock < 0)
    return NULL;
  ImageInfo *info = build_locked(build, fingerprint, ret_outcome, error);
  build_cache_unlock(build->cache, lock);
  return info;
}
