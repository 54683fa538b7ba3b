/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/auth/authenticator_folder.h"

#include "broker/model/user.h"
#include "common/base/error.h"

#include <string.h>

#define SUFFIX         ".conf"
#define NAME_MAX_BYTES 40

struct AuthenticatorFolder {
  GPtrArray *authenticators;
};

static gboolean
fail(GError **error, const char *path, const char *sentence)
{
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG, "%s: %s", path, sentence);
  return FALSE;
}

/* It becomes the source of accounts, is shown to people and written to logs. */
static gboolean
name_is_good(const char *name)
{
  return g_ascii_isalnum(name[0]) && strlen(name) <= NAME_MAX_BYTES &&
         name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0' &&
         !g_str_equal(name, USER_SOURCE_LOCAL);
}

/* What the type is decides by which table the file is read. */
static const AuthenticatorType *
find_type(const char *path, const AuthenticatorType *types, GError **error)
{
  static const ConfigKey ANY[] = {AUTHENTICATOR_KEYS, {NULL}};
  g_autofree char *type = config_peek(path, &ANY[0], error);
  g_autoptr(GString) known = g_string_new(NULL);
  if (type == NULL)
    return NULL;
  for (; types->name != NULL; types++) {
    if (g_str_equal(types->name, type))
      return types;
    g_string_append_printf(known, "%s%s", known->len > 0 ? "|" : "", types->name);
  }
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG,
              "%s: [" AUTHENTICATOR_GROUP "] type must be one of %s", path, known->str);
  return NULL;
}

static Authenticator *
open_one(const char *path, const char *name, const AuthenticatorType *types, GError **error)
{
  const AuthenticatorType *type = find_type(path, types, error);
  g_autoptr(Config) config = type != NULL ? config_load_file(path, type->keys(), error) : NULL;
  Authenticator *authenticator = config != NULL ? type->open(name, config, error) : NULL;
  if (authenticator == NULL && config != NULL)
    g_prefix_error(error, "%s: ", path);
  return authenticator;
}

static gboolean
add_file(AuthenticatorFolder *folder, const char *path, const char *file, const AuthenticatorType *types,
         GError **error)
{
  g_autofree char *whole = g_build_filename(path, file, NULL);
  g_autofree char *name = g_strndup(file, strlen(file) - strlen(SUFFIX));
  if (!name_is_good(name))
    return fail(
        error, whole,
        "a file of an authenticator is called NAME.conf, NAME of small letters, digits and dashes, and "
        "not “local”");
  if (folder->authenticators->len >= AUTHENTICATORS_MAX)
    return fail(error, whole, "there are more authenticators than " G_STRINGIFY(AUTHENTICATORS_MAX));
  Authenticator *authenticator = open_one(whole, name, types, error);
  if (authenticator == NULL)
    return FALSE;
  g_ptr_array_add(folder->authenticators, authenticator);
  return TRUE;
}

static int
compare(gconstpointer a, gconstpointer b)
{
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Names of the files, sorted; empty when there is no folder. */
static GPtrArray *
list_files(const char *path, GError **error)
{
  GError *problem = NULL;
  g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(g_free);
  g_autoptr(GDir) dir = g_dir_open(path, 0, &problem);
  if (dir == NULL && g_error_matches(problem, G_FILE_ERROR, G_FILE_ERROR_NOENT)) {
    g_clear_error(&problem);
    return g_steal_pointer(&files);
  }
  if (dir == NULL) {
    (void)fail(error, path, problem->message);
    g_clear_error(&problem);
    return NULL;
  }
  for (const char *name; (name = g_dir_read_name(dir)) != NULL;)
    if (g_str_has_suffix(name, SUFFIX) && name[0] != '.')
      g_ptr_array_add(files, g_strdup(name));
  g_ptr_array_sort(files, compare);
  return g_steal_pointer(&files);
}

AuthenticatorFolder *
authenticator_folder_open(const char *path, const AuthenticatorType *types, GError **error)
{
  g_autoptr(GPtrArray) files = list_files(path, error);
  if (files == NULL)
    return NULL;
  g_autoptr(AuthenticatorFolder) folder = g_new0(AuthenticatorFolder, 1);
  folder->authenticators = g_ptr_array_new_with_free_func((GDestroyNotify)authenticator_free);
  for (guint i = 0; i < files->len; i++)
    if (!add_file(folder, path, g_ptr_array_index(files, i), types, error))
      return NULL;
  return g_steal_pointer(&folder);
}

guint
authenticator_folder_count(const AuthenticatorFolder *folder)
{
  return folder != NULL ? folder->authenticators->len : 0;
}

Authenticator *
authenticator_folder_at(const AuthenticatorFolder *folder, guint index)
{
  return g_ptr_array_index(folder->authenticators, index);
}

Authenticator *
authenticator_folder_find(const AuthenticatorFolder *folder, const char *name)
{
  for (guint i = 0; i < authenticator_folder_count(folder); i++)
    if (g_str_equal(authenticator_folder_at(folder, i)->name, name))
      return authenticator_folder_at(folder, i);
  return NULL;
}

gboolean
authenticator_folder_has_passwords(const AuthenticatorFolder *folder)
{
  for (guint i = 0; i < authenticator_folder_count(folder); i++)
    if (authenticator_folder_at(folder, i)->kind == AUTHENTICATOR_PASSWORD)
      return TRUE;
  return FALSE;
}

void
authenticator_folder_free(AuthenticatorFolder *folder)
{
  if (folder == NULL)
    return;
  g_clear_pointer(&folder->authenticators, g_ptr_array_unref);
  g_free(folder);
}
