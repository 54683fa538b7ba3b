/* SPDX-License-Identifier: Apache-2.0 */
#include "host/image/image_catalog.h"

#include "common/base/error.h"
#include "common/base/log.h"
#include "host/image/fingerprint.h"
#include "host/image/image_file.h"
#include "host/plan/image_manifest.h"

#include <stdint.h>
#include <string.h>

#define MAX_IMAGES 256

struct ImageCatalog {
  char *folder;
  char *verdicts_path;
  GMutex lock;        /* over verdicts, and over verifying: one image is read at a time */
  GKeyFile *verdicts; /* group: image name; keys: identity, hash (as computed) */
};

ImageCatalog *
image_catalog_new(const char *folder, const char *verdicts_path)
{
  ImageCatalog *catalog = g_new0(ImageCatalog, 1);
  catalog->folder = g_strdup(folder);
  catalog->verdicts_path = g_strdup(verdicts_path);
  catalog->verdicts = g_key_file_new();
  g_mutex_init(&catalog->lock);
  /* A file that is missing or damaged only costs reading the images again. */
  (void)g_key_file_load_from_file(catalog->verdicts, verdicts_path, G_KEY_FILE_NONE, NULL);
  return catalog;
}

/* What tells one content of a file from another without reading it. */
static char *
file_identity(const struct stat *info)
{
  return g_strdup_printf("%ju:%jd:%jd.%09ld:%jd.%09ld", (uintmax_t)info->st_ino, (intmax_t)info->st_size,
                         (intmax_t)info->st_mtim.tv_sec, info->st_mtim.tv_nsec,
                         (intmax_t)info->st_ctim.tv_sec, info->st_ctim.tv_nsec);
}

/* The hash of the file's content, from the verdict or by reading it. Called with the lock held. */
static char *
content_hash(ImageCatalog *catalog, const char *name, const char *path, const struct stat *info,
             GError **error)
{
  g_autofree char *identity = file_identity(info);
  g_autofree char *known = g_key_file_get_string(catalog->verdicts, name, "identity", NULL);
  if (g_strcmp0(known, identity) == 0)
    return g_key_file_get_string(catalog->verdicts, name, "hash", error);
  log_info("verifying the image %s (%jd MiB)", name, (intmax_t)info->st_size >> 20);
  char *hash = fingerprint_of_file(path, NULL, error);
  if (hash == NULL)
    return NULL;
  g_key_file_set_string(catalog->verdicts, name, "identity", identity);
  g_key_file_set_string(catalog->verdicts, name, "hash", hash);
  g_autoptr(GError) local = NULL;
  if (!g_key_file_save_to_file(catalog->verdicts, catalog->verdicts_path, &local))
    log_warning("the verdict on image %s is not kept: %s", name, local->message);
  return hash;
}

static gboolean
verify(ImageCatalog *catalog, const ImageManifest *manifest, const char *path, GError **error)
{
  struct stat info;
  if (!image_file_check_header(path, &info, error))
    return FALSE;
  g_mutex_lock(&catalog->lock);
  g_autofree char *hash = content_hash(catalog, manifest->name, path, &info, error);
  g_mutex_unlock(&catalog->lock);
  if (hash == NULL)
    return FALSE;
  if (strcmp(hash, manifest->hash) == 0)
    return TRUE;
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_IMAGE_BAD,
              "The content of %s.qcow2 is not what %s.json says: copy the image again.", manifest->name,
              manifest->name);
  return FALSE;
}

static ImageEntry *
look_at(ImageCatalog *catalog, const char *name)
{
  g_autofree char *manifest_file = g_strconcat(name, ".json", NULL);
  g_autofree char *image_file = g_strconcat(name, ".qcow2", NULL);
  g_autofree char *manifest_path = g_build_filename(catalog->folder, manifest_file, NULL);
  g_autofree char *text = NULL;
  gsize size = 0;
  g_autoptr(GError) error = NULL;
  g_autoptr(ImageManifest) manifest = NULL;
  ImageEntry *entry = g_new0(ImageEntry, 1);
  entry->name = g_strdup(name);
  entry->path = g_build_filename(catalog->folder, image_file, NULL);
  if (g_file_get_contents(manifest_path, &text, &size, &error))
    manifest = image_manifest_parse(name, text, size, &error);
  entry->hash = g_strdup(manifest != NULL ? manifest->hash : "");
  entry->size_mib = manifest != NULL ? manifest->size_mib : 0;
  if (manifest == NULL || !verify(catalog, manifest, entry->path, &error))
    entry->damage = g_strdup(error->message);
  return entry;
}

static int
compare_names(gconstpointer a, gconstpointer b)
{
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static GPtrArray *
names_in(const char *folder)
{
  GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
  g_autoptr(GDir) directory = g_dir_open(folder, 0, NULL);
  const char *file;
  while (directory != NULL && names->len < MAX_IMAGES && (file = g_dir_read_name(directory)) != NULL) {
    if (!g_str_has_suffix(file, ".json"))
      continue;
    g_autofree char *name = g_strndup(file, strlen(file) - strlen(".json"));
    if (image_manifest_name_is_valid(name))
      g_ptr_array_add(names, g_steal_pointer(&name));
  }
  g_ptr_array_sort(names, compare_names);
  return names;
}

GPtrArray *
image_catalog_scan(ImageCatalog *catalog)
{
  g_autoptr(GPtrArray) names = names_in(catalog->folder);
  GPtrArray *entries = g_ptr_array_new_with_free_func((GDestroyNotify)image_entry_free);
  for (guint i = 0; i < names->len; i++)
    g_ptr_array_add(entries, look_at(catalog, names->pdata[i]));
  return entries;
}

ImageEntry *
image_catalog_find(ImageCatalog *catalog, const char *name, GError **error)
{
  g_autofree char *file = g_strconcat(name, ".json", NULL);
  g_autofree char *path = g_build_filename(catalog->folder, file, NULL);
  if (!image_manifest_name_is_valid(name) || !g_file_test(path, G_FILE_TEST_EXISTS)) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_IMAGE_MISSING,
                "This host has no image “%s”: put %s.qcow2 and %s.json into %s.", name, name, name,
                catalog->folder);
    return NULL;
  }
  g_autoptr(ImageEntry) entry = look_at(catalog, name);
  if (entry->damage == NULL)
    return g_steal_pointer(&entry);
  g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_IMAGE_BAD, entry->damage);
  return NULL;
}

void
image_entry_free(ImageEntry *entry)
{
  if (entry == NULL)
    return;
  g_free(entry->name);
  g_free(entry->hash);
  g_free(entry->path);
  g_free(entry->damage);
  g_free(entry);
}

void
image_catalog_free(ImageCatalog *catalog)
{
  if (catalog == NULL)
    return;
  g_free(catalog->folder);
  g_free(catalog->verdicts_path);
  g_key_file_free(catalog->verdicts);
  g_mutex_clear(&catalog->lock);
  g_free(catalog);
}
