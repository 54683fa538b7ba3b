/* SPDX-License-Identifier: Apache-2.0 */
#include "host/image/image_store.h"

#include "common/base/error.h"
#include "host/image/fingerprint.h"
#include "host/image/image_file.h"
#include "host/image/recipe.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

char *
image_store_path(const char *folder, const char *name)
{
  return g_strdup_printf("%s/%s.qcow2", folder, name);
}

static char *
info_path(const char *folder, const char *name)
{
  return g_strdup_printf("%s/%s.json", folder, name);
}

static int
compare_infos(gconstpointer a, gconstpointer b)
{
  const ImageInfo *const *left = a, *const *right = b;
  return strcmp((*left)->name, (*right)->name);
}

static void
list_one(const char *folder, const char *file, GPtrArray *images, GPtrArray *problems)
{
  if (!g_str_has_suffix(file, ".json"))
    return;
  g_autofree char *name = g_strndup(file, strlen(file) - strlen(".json"));
  g_autoptr(GError) error = NULL;
  ImageInfo *info = image_store_get(folder, name, &error);
  if (info != NULL)
    g_ptr_array_add(images, info);
  else if (problems != NULL)
    g_ptr_array_add(problems, g_strdup(error->message));
}

GPtrArray *
image_store_list(const char *folder, GPtrArray *problems, GError **error)
{
  g_autoptr(GPtrArray) images = g_ptr_array_new_with_free_func((GDestroyNotify)image_info_free);
  if (!g_file_test(folder, G_FILE_TEST_EXISTS))
    return g_steal_pointer(&images);
  g_autoptr(GDir) entries = g_dir_open(folder, 0, error);
  if (entries == NULL)
    return NULL;
  for (const char *file; (file = g_dir_read_name(entries)) != NULL;)
    list_one(folder, file, images, problems);
  g_ptr_array_sort(images, compare_infos);
  return g_steal_pointer(&images);
}

ImageInfo *
image_store_get(const char *folder, const char *name, GError **error)
{
  g_autofree char *path = image_store_path(folder, name);
  g_autofree char *json = info_path(folder, name);
  if (!recipe_name_is_valid(name) || !g_file_test(json, G_FILE_TEST_IS_REGULAR) ||
      !g_file_test(path, G_FILE_TEST_IS_REGULAR)) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_IMAGE_MISSING,
                "There is no image “%s” in %s; build it with caraway-image build.", name, folder);
    return NULL;
  }
  g_autoptr(ImageInfo) info = image_info_load(json, error);
  if (info == NULL)
    return NULL;
  if (strcmp(info->name, name) != 0) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_IMAGE_BAD,
                "The description %s is of another image, “%s”; build the image anew.", json, info->name);
    return NULL;
  }
  return g_steal_pointer(&info);
}

gboolean
image_store_verify(const char *folder, const char *name, GCancellable *cancellable, GError **error)
{
  g_autoptr(ImageInfo) info = image_store_get(folder, name, error);
  if (info == NULL)
    return FALSE;
  g_autofree char *path = image_store_path(folder, name);
  if (!image_file_check_header(path, NULL, error))
    return FALSE;
  g_autofree char *hash = fingerprint_of_file(path, cancellable, error);
  if (hash == NULL)
    return FALSE;
  if (strcmp(hash, info->hash) == 0)
    return TRUE;
  g_set_error(
      error, CARAWAY_ERROR, CARAWAY_ERROR_IMAGE_BAD,
      "The image “%s” is damaged: its SHA-256 is %s, it was built with %s. Delete it and build it anew.",
      name, hash, info->hash);
  return FALSE;
}

gboolean
image_store_check_free(const char *folder, const char *name, GError **error)
{
  g_autofree char *path = image_store_path(folder, name);
  if (!image_file_is_in_use(path))
    return TRUE;
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT,
              "Desktops are running on the image “%s”; end them first, or give the new image another name.",
              name);
  return FALSE;
}

static gboolean
set_write_error(const char *path, GError **error)
{
  const int saved = errno;
  g_set_error(error, CARAWAY_ERROR, saved == ENOSPC ? CARAWAY_ERROR_NO_SPACE : CARAWAY_ERROR_INTERNAL,
              saved == ENOSPC ? "There is no space left for %s (%s); free some and try again."
                              : "%s cannot be written: %s.",
              path, g_strerror(saved));
  return FALSE;
}

static gboolean
replace(const char *folder, const ImageInfo *info, const char *temporary, GError **error)
{
  g_autofree char *path = image_store_path(folder, info->name);
  g_autofree char *json = info_path(folder, info->name);
  g_autofree char *text = image_info_to_json(info);
  /* Without its description an image does not exist; so a crash in between never leaves a wrong pair. */
  if (g_unlink(json) != 0 && errno != ENOENT)
    return set_write_error(json, error);
  if (g_rename(temporary, path) != 0)
    return set_write_error(path, error);
  return g_file_set_contents_full(json, text, -1,
                                  G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0644, error);
}

gboolean
image_store_add(const char *folder, const ImageInfo *info, const char *source, GCancellable *cancellable,
                GError **error)
{
  if (g_mkdir_with_parents(folder, 0755) != 0)
    return set_write_error(folder, error);
  if (!image_store_check_free(folder, info->name, error))
    return FALSE;
  g_autofree char *temporary = g_strdup_printf("%s/.%s.part", folder, info->name);
  if (image_file_copy(source, temporary, info->hash, cancellable, error) &&
      replace(folder, info, temporary, error))
    return TRUE;
  g_unlink(temporary);
  return FALSE;
}

gboolean
image_store_delete(const char *folder, const char *name, GError **error)
{
  g_autofree char *path = image_store_path(folder, name);
  g_autofree char *json = info_path(folder, name);
  if (!recipe_name_is_valid(name) ||
      (!g_file_test(path, G_FILE_TEST_EXISTS) && !g_file_test(json, G_FILE_TEST_EXISTS))) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_IMAGE_MISSING, "There is no image “%s” in %s.", name,
                folder);
    return FALSE;
  }
  if (!image_store_check_free(folder, name, error))
    return FALSE;
  if ((g_unlink(json) != 0 && errno != ENOENT) || (g_unlink(path) != 0 && errno != ENOENT))
    return set_write_error(path, error);
  return TRUE;
}
