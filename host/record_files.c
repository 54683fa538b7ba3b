/* SPDX-License-Identifier: Apache-2.0 */
#include "host/record_files.h"

#include "common/base/error.h"
#include "common/base/log.h"
#include "common/wire/message_table.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define TOMBSTONE_LIFE_S (24 * 3600)
#define UUID_LENGTH      36

gboolean
record_files_save(const HostSettings *settings, const DesktopRecord *record, GError **error)
{
  g_autoptr(DesktopPaths) paths = desktop_paths_of(settings, record);
  g_autofree char *text = desktop_record_text(record);
  g_autoptr(GError) local = NULL;
  if (g_file_set_contents_full(paths->record, text, -1,
                               G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600, &local))
    return TRUE;
  gboolean is_full = g_error_matches(local, G_FILE_ERROR, G_FILE_ERROR_NOSPC);
  g_set_error(error, CARAWAY_ERROR, is_full ? CARAWAY_ERROR_NO_SPACE : CARAWAY_ERROR_INTERNAL,
              "The record of desktop %s cannot be saved: %s", record->name, local->message);
  return FALSE;
}

void
record_files_remove(const HostSettings *settings, const char *id)
{
  g_autoptr(DesktopPaths) paths = desktop_paths_new(settings, id, FALSE);
  (void)g_unlink(paths->record);
}

static DesktopRecord *
load_one(const char *path)
{
  g_autofree char *text = NULL;
  gsize size = 0;
  g_autoptr(GError) error = NULL;
  DesktopRecord *record = NULL;
  if (g_file_get_contents(path, &text, &size, &error))
    record = desktop_record_parse(text, size, &error);
  if (record == NULL)
    log_error("%s is not a desktop's record and is left alone: %s", path, error->message);
  return record;
}

static gboolean
is_old_tombstone(const char *path, const DesktopRecord *record)
{
  struct stat info;
  return record->stage == DESKTOP_STAGE_DESTROYED && stat(path, &info) == 0 &&
         time(NULL) - info.st_mtime > TOMBSTONE_LIFE_S;
}

/* Calls @each with the id that begins the name of each file in @folder that ends with @ending. */
static void
for_each_id(const HostSettings *settings, const char *folder, const char *ending,
            void (*each)(const char *path, const char *id, gpointer data), gpointer data)
{
  g_autofree char *path = host_settings_path(settings, folder);
  g_autoptr(GDir) directory = g_dir_open(path, 0, NULL);
  const char *file;
  while (directory != NULL && (file = g_dir_read_name(directory)) != NULL) {
    if (!g_str_has_suffix(file, ending))
      continue;
    g_autofree char *id = g_strndup(file, UUID_LENGTH);
    g_autofree char *full = g_build_filename(path, file, NULL);
    if (message_uuid_is_valid(id))
      each(full, id, data);
  }
}

typedef struct {
  GPtrArray *records;
  GPtrArray *unreadable;
} Loading;

static void
add_record(const char *path, const char *id, gpointer data)
{
  Loading *loading = data;
  g_autoptr(DesktopRecord) record = load_one(path);
  if (record == NULL || !g_str_equal(record->id, id))
    g_ptr_array_add(loading->unreadable, g_strdup(id));
  else if (is_old_tombstone(path, record))
    (void)g_unlink(path);
  else
    g_ptr_array_add(loading->records, g_steal_pointer(&record));
}

/* What g_file_set_contents_full() leaves of a record when it is killed on its way. */
static void
remove_halves(const HostSettings *settings)
{
  g_autofree char *path = host_settings_path(settings, "desktops");
  g_autoptr(GDir) directory = g_dir_open(path, 0, NULL);
  const char *file;
  while (directory != NULL && (file = g_dir_read_name(directory)) != NULL) {
    g_autofree char *full = g_build_filename(path, file, NULL);
    if (strstr(file, ".json.") != NULL)
      (void)g_unlink(full);
  }
}

GPtrArray *
record_files_load(const HostSettings *settings, GStrv *ret_unreadable)
{
  Loading loading = {g_ptr_array_new_with_free_func((GDestroyNotify)desktop_record_free), g_ptr_array_new()};
  remove_halves(settings);
  for_each_id(settings, "desktops", ".json", add_record, &loading);
  g_ptr_array_add(loading.unreadable, NULL);
  GStrv unreadable = (GStrv)g_ptr_array_free(loading.unreadable, FALSE);
  if (ret_unreadable != NULL)
    *ret_unreadable = unreadable;
  else
    g_strfreev(unreadable);
  return loading.records;
}

static void
add_id(const char *path, const char *id, gpointer data)
{
  if (!g_ptr_array_find_with_equal_func(data, id, g_str_equal, NULL))
    g_ptr_array_add(data, g_strdup(id));
}

GStrv
record_files_disk_ids(const HostSettings *settings, gboolean is_kept)
{
  GPtrArray *ids = g_ptr_array_new();
  for_each_id(settings, is_kept ? "kept" : "overlays", ".qcow2", add_id, ids);
  g_ptr_array_add(ids, NULL);
  return (GStrv)g_ptr_array_free(ids, FALSE);
}

static gboolean
is_base_of_any(const HostSettings *settings, const char *path, const GPtrArray *records)
{
  for (guint i = 0; i < records->len; i++) {
    const DesktopRecord *record = records->pdata[i];
    if (record->base == NULL || record->stage == DESKTOP_STAGE_DESTROYED)
      continue;
    g_autofree char *base = host_settings_base_path(settings, record->base);
    if (g_str_equal(base, path))
      return TRUE;
  }
  return FALSE;
}

void
record_files_remove_unused_bases(const HostSettings *settings, const GPtrArray *records)
{
  g_autofree char *folder = host_settings_path(settings, "kept");
  g_autoptr(GDir) directory = g_dir_open(folder, 0, NULL);
  const char *file;
  while (directory != NULL && (file = g_dir_read_name(directory)) != NULL) {
    g_autofree char *path = g_build_filename(folder, file, NULL);
    if (g_str_has_prefix(file, "base-") && !is_base_of_any(settings, path, records)) {
      log_info("removing %s: no dedicated desktop stands on it", path);
      (void)g_unlink(path);
    }
  }
}
