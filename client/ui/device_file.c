/* SPDX-License-Identifier: Apache-2.0 */
#include "client/ui/device_file.h"

#include <gio/gio.h>
#include <glib/gi18n.h>

#include "common/base/error.h"
#include "common/base/secret.h"

#define FOLDER_MODE 0700
#define FILE_MODE   0600
#define GROUP       "device"

static char *
file_path(void)
{
  return g_build_filename(g_get_user_config_dir(), "caraway", "device.ini", NULL);
}

static gboolean
save(const DeviceFile *file, GError **error)
{
  g_autofree char *path = file_path();
  g_autofree char *folder = g_path_get_dirname(path);
  g_autoptr(GKeyFile) keys = g_key_file_new();
  char *seed = device_key_seed(file->key);
  g_key_file_set_string(keys, GROUP, "key", seed);
  secret_free(seed);
  if (file->installation != NULL)
    g_key_file_set_string(keys, GROUP, "installation", file->installation);
  if (file->id != NULL)
    g_key_file_set_string(keys, GROUP, "id", file->id);
  char *text = g_key_file_to_data(keys, NULL, NULL);
  g_autoptr(GError) problem = NULL;
  (void)g_mkdir_with_parents(folder, FOLDER_MODE); /* the next says what is wrong */
  gboolean is_saved = g_file_set_contents_full(
      path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, FILE_MODE, &problem);
  secret_free(text);
  if (!is_saved)
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG, _("The device's key cannot be kept: %s"),
                problem->message);
  return is_saved;
}

static gboolean
read_text(DeviceFile *file, char *text)
{
  g_autoptr(GKeyFile) keys = g_key_file_new();
  if (!g_key_file_load_from_data(keys, text, (gsize)-1, G_KEY_FILE_NONE, NULL))
    return FALSE;
  char *seed = g_key_file_get_string(keys, GROUP, "key", NULL);
  file->key = seed != NULL ? device_key_from_seed(seed) : NULL;
  secret_free(seed);
  file->installation = g_key_file_get_string(keys, GROUP, "installation", NULL);
  file->id = g_key_file_get_string(keys, GROUP, "id", NULL);
  return file->key != NULL;
}

DeviceFile *
device_file_load(GError **error)
{
  g_autofree char *path = file_path();
  g_autoptr(DeviceFile) file = g_new0(DeviceFile, 1);
  g_autoptr(GError) problem = NULL;
  char *text = NULL;
  if (g_file_get_contents(path, &text, NULL, &problem)) {
    gboolean is_good = read_text(file, text);
    secret_free(text);
    if (is_good)
      return g_steal_pointer(&file);
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG,
                _("%s holds no device's key; remove it, and the device joins anew."), path);
    return NULL;
  }
  if (!g_error_matches(problem, G_FILE_ERROR, G_FILE_ERROR_NOENT)) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG, "%s", problem->message);
    return NULL;
  }
  file->key = device_key_new();
  return save(file, error) ? g_steal_pointer(&file) : NULL;
}

gboolean
device_file_set_joined(DeviceFile *file, const char *installation, const char *id, GError **error)
{
  char *joined = g_strdup(installation), *known_as = g_strdup(id); /* they may be the file's own */
  g_free(file->installation);
  g_free(file->id);
  file->installation = joined;
  file->id = known_as;
  return save(file, error);
}

void
device_file_free(DeviceFile *file)
{
  if (file == NULL)
    return;
  device_key_free(file->key);
  g_free(file->installation);
  g_free(file->id);
  g_free(file);
}
