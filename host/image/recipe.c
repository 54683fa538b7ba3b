/* SPDX-License-Identifier: Apache-2.0 */
#include "host/image/recipe.h"

#include "common/base/error.h"
#include "host/image/fingerprint.h"

#include <string.h>

/* Raise it when the way an image is put together changes: what older programs cached is then not used. */
#define BUILD_FORMAT "caraway-image 1"

#define MINIMUM_SIZE_MIB 2048
#define MAXIMUM_SIZE_MIB (1024 * 1024)
#define MAXIMUM_PIXELS   16384

typedef struct {
  GKeyFile *file;
  const char *path;
  char *folder; /* that relative sources start from */
} Reader;

static void
set_key_error(const Reader *reader, const char *group, const char *key, const char *what, GError **error)
{
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG, "%s: %s in [%s] %s.", reader->path, key, group,
              what);
}

static char *
read_text(const Reader *reader, const char *group, const char *key, GError **error)
{
  g_autofree char *value = g_key_file_get_string(reader->file, group, key, NULL);
  if (value == NULL || *g_strstrip(value) == '\0') {
    set_key_error(reader, group, key, "is missing", error);
    return NULL;
  }
  return g_steal_pointer(&value);
}

static gboolean
has_only(const char *text, const char *allowed)
{
  return text[strspn(text, allowed)] == '\0';
}

gboolean
recipe_name_is_valid(const char *name)
{
  return g_ascii_isalnum(name[0]) && strlen(name) <= 64 &&
         has_only(name, "abcdefghijklmnopqrstuvwxyz0123456789-.");
}

/* Account names as useradd(8) takes them; they are written into configuration files of the image. */
static gboolean
account_is_valid(const char *account)
{
  return g_ascii_islower(account[0]) && strlen(account) <= 32 &&
         has_only(account, "abcdefghijklmnopqrstuvwxyz0123456789-_");
}

/* /etc/passwd and chpasswd separate fields by ':' and records by line breaks. */
static gboolean
is_passwd_field(const char *text)
{
  return g_utf8_validate(text, -1, NULL) && strpbrk(text, ":\n\r,") == NULL;
}

static gboolean
read_identity(const Reader *reader, Recipe *recipe, GError **error)
{
  if ((recipe->name = read_text(reader, "image", "name", error)) == NULL ||
      (recipe->os = read_text(reader, "image", "os", error)) == NULL ||
      (recipe->suite = read_text(reader, "image", "suite", error)) == NULL ||
      (recipe->account = read_text(reader, "account", "name", error)) == NULL ||
      (recipe->full_name = read_text(reader, "account", "full-name", error)) == NULL ||
      (recipe->password = read_text(reader, "account", "password", error)) == NULL)
    return FALSE;
  if (!recipe_name_is_valid(recipe->name)) {
    set_key_error(reader, "image", "name", "may have lower-case letters, digits, '-' and '.' only", error);
    return FALSE;
  }
  if (!account_is_valid(recipe->account)) {
    set_key_error(reader, "account", "name", "may have lower-case letters, digits, '-' and '_' only", error);
    return FALSE;
  }
  if (!is_passwd_field(recipe->full_name) || !is_passwd_field(recipe->password)) {
    set_key_error(reader, "account", "full-name or password", "must not contain ':' or ','", error);
    return FALSE;
  }
  recipe->size_mib = g_key_file_get_int64(reader->file, "image", "size-mib", NULL);
  if (recipe->size_mib < MINIMUM_SIZE_MIB || recipe->size_mib > MAXIMUM_SIZE_MIB) {
    set_key_error(reader, "image", "size-mib", "must be from 2048 to 1048576", error);
    return FALSE;
  }
  return TRUE;
}

/* Every key of @group is a list of words; the keys only sort them for the reader of the recipe. */
static char **
read_words(const Reader *reader, const char *group)
{
  g_autoptr(GStrvBuilder) words = g_strv_builder_new();
  g_auto(GStrv) keys = g_key_file_get_keys(reader->file, group, NULL, NULL);
  for (char **key = keys; key != NULL && *key != NULL; key++) {
    g_autofree char *value = g_key_file_get_string(reader->file, group, *key, NULL);
    g_auto(GStrv) parts = g_strsplit_set(value, " \t", -1);
    for (char **part = parts; *part != NULL; part++)
      if (**part != '\0')
        g_strv_builder_add(words, *part);
  }
  return g_strv_builder_end(words);
}

static gboolean
check_packages(const Reader *reader, const Recipe *recipe, GError **error)
{
  if (recipe->packages[0] == NULL) {
    set_key_error(reader, "packages", "every list", "is empty", error);
    return FALSE;
  }
  for (char **package = recipe->packages; *package != NULL; package++)
    if (!g_ascii_isalnum(**package) || !has_only(*package, "abcdefghijklmnopqrstuvwxyz0123456789-.+:")) {
      set_key_error(reader, "packages", *package, "is not the name of a package", error);
      return FALSE;
    }
  return TRUE;
}

static char *
resolve(const Reader *reader, const char *source)
{
  return g_canonicalize_filename(source, reader->folder);
}

static gboolean
read_tree(const Reader *reader, const char *key, GFileTest kind, char **ret_path, GError **error)
{
  g_autofree char *value = g_key_file_get_string(reader->file, "tree", key, NULL);
  if (value == NULL)
    return TRUE;
  g_autofree char *path = resolve(reader, value);
  if (!g_file_test(path, kind)) {
    set_key_error(reader, "tree", key, "names something that is not there", error);
    return FALSE;
  }
  *ret_path = g_steal_pointer(&path);
  return TRUE;
}

static void
recipe_file_free(gpointer data)
{
  RecipeFile *file = data;
  g_free(file->target);
  g_free(file->source);
  g_free(file);
}

static gboolean
is_clean_target(const char *target)
{
  g_autofree char *canonical = g_canonicalize_filename(target, "/");
  return strcmp(canonical, target) == 0 && strcmp(target, "/") != 0;
}

/* A picture is written "drawing.svg WIDTH HEIGHT", a file just as its path. */
static gboolean
split_picture(RecipeFile *file, char **value)
{
  g_auto(GStrv) words = g_strsplit(*value, " ", 3);
  guint64 width = 0, height = 0;
  if (g_strv_length(words) != 3 ||
      !g_ascii_string_to_unsigned(words[1], 10, 1, MAXIMUM_PIXELS, &width, NULL) ||
      !g_ascii_string_to_unsigned(words[2], 10, 1, MAXIMUM_PIXELS, &height, NULL))
    return FALSE;
  g_free(*value);
  *value = g_strdup(words[0]);
  file->width = width;
  file->height = height;
  return TRUE;
}

static RecipeFile *
read_file(const Reader *reader, const char *group, const char *target, gboolean is_picture, GError **error)
{
  g_autofree char *value = g_key_file_get_string(reader->file, group, target, NULL);
  RecipeFile *file = g_new0(RecipeFile, 1);
  file->target = g_strdup(target);
  gboolean is_good = is_clean_target(target) && (!is_picture || split_picture(file, &value));
  file->source = resolve(reader, value);
  if (is_good && g_file_test(file->source, G_FILE_TEST_IS_REGULAR))
    return file;
  set_key_error(reader, group, target,
                is_good ? "names a file that is not there"
                        : (is_picture ? "must be an absolute path = DRAWING WIDTH HEIGHT"
                                      : "must be an absolute path in the image"),
                error);
  recipe_file_free(file);
  return NULL;
}

static gboolean
read_files(const Reader *reader, const char *group, gboolean are_pictures, GPtrArray *files, GError **error)
{
  g_auto(GStrv) targets = g_key_file_get_keys(reader->file, group, NULL, NULL);
  for (char **target = targets; target != NULL && *target != NULL; target++) {
    RecipeFile *file = read_file(reader, group, *target, are_pictures, error);
    if (file == NULL)
      return FALSE;
    g_ptr_array_add(files, file);
  }
  return TRUE;
}

static gboolean
check_groups(const Reader *reader, GError **error)
{
  static const char *const KNOWN[] = {"image", "account",  "packages", "leave-out", "keep",
                                      "boot",  "pictures", "files",    "tree",      NULL};
  g_auto(GStrv) groups = g_key_file_get_groups(reader->file, NULL);
  for (char **group = groups; *group != NULL; group++)
    if (!g_strv_contains(KNOWN, *group)) {
      g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG, "%s: [%s] is not a group that recipes know.",
                  reader->path, *group);
      return FALSE;
    }
  return TRUE;
}

static gboolean
read_recipe(const Reader *reader, Recipe *recipe, GError **error)
{
  if (!check_groups(reader, error) || !read_identity(reader, recipe, error))
    return FALSE;
  recipe->packages = read_words(reader, "packages");
  recipe->leave_out = read_words(reader, "leave-out");
  recipe->keep = read_words(reader, "keep");
  recipe->boot_arguments = g_key_file_get_string(reader->file, "boot", "arguments", NULL);
  return check_packages(reader, recipe, error) &&
         read_tree(reader, "base", G_FILE_TEST_IS_DIR, &recipe->base_tree, error) &&
         read_tree(reader, "overlay", G_FILE_TEST_IS_DIR, &recipe->overlay_tree, error) &&
         read_tree(reader, "customize", G_FILE_TEST_IS_REGULAR, &recipe->customize, error) &&
         read_files(reader, "files", FALSE, recipe->files, error) &&
         read_files(reader, "pictures", TRUE, recipe->pictures, error);
}

Recipe *
recipe_load(const char *path, GError **error)
{
  g_autoptr(GKeyFile) file = g_key_file_new();
  g_autoptr(GError) local = NULL;
  if (!g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, &local)) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG, "The recipe %s cannot be read: %s.", path,
                local->message);
    return NULL;
  }
  g_autofree char *absolute = g_canonicalize_filename(path, NULL);
  g_autofree char *folder = g_path_get_dirname(absolute);
  const Reader reader = {file, path, folder};
  g_autoptr(Recipe) recipe = g_new0(Recipe, 1);
  recipe->path = g_steal_pointer(&absolute);
  recipe->files = g_ptr_array_new_with_free_func(recipe_file_free);
  recipe->pictures = g_ptr_array_new_with_free_func(recipe_file_free);
  return read_recipe(&reader, recipe, error) ? g_steal_pointer(&recipe) : NULL;
}

static void
add_words(Fingerprint *print, const char *label, char **words)
{
  for (; *words != NULL; words++)
    fingerprint_add_text(print, label, *words);
}

char *
recipe_base_fingerprint(const Recipe *recipe, GError **error)
{
  g_autoptr(Fingerprint) print = fingerprint_new();
  fingerprint_add_text(print, "format", BUILD_FORMAT);
  fingerprint_add_text(print, "suite", recipe->suite);
  add_words(print, "package", recipe->packages);
  add_words(print, "leave-out", recipe->leave_out);
  add_words(print, "keep", recipe->keep);
  if (recipe->base_tree != NULL && !fingerprint_add_tree(print, recipe->base_tree, error))
    return NULL;
  return fingerprint_end(print);
}

static gboolean
add_files(Fingerprint *print, GPtrArray *files, GError **error)
{
  for (guint i = 0; i < files->len; i++) {
    const RecipeFile *file = files->pdata[i];
    if (!fingerprint_add_file(print, file->target, file->source, error))
      return FALSE;
  }
  return TRUE;
}

char *
recipe_fingerprint(const Recipe *recipe, const char *guest_path, GError **error)
{
  g_autofree char *base = recipe_base_fingerprint(recipe, error);
  if (base == NULL)
    return NULL;
  g_autoptr(Fingerprint) print = fingerprint_new();
  fingerprint_add_text(print, "base", base);
  if (!fingerprint_add_file(print, "recipe", recipe->path, error) ||
      !fingerprint_add_file(print, "guest", guest_path, error) ||
      (recipe->overlay_tree != NULL && !fingerprint_add_tree(print, recipe->overlay_tree, error)) ||
      (recipe->customize != NULL && !fingerprint_add_file(print, "customize", recipe->customize, error)) ||
      !add_files(print, recipe->files, error) || !add_files(print, recipe->pictures, error))
    return NULL;
  return fingerprint_end(print);
}

void
recipe_free(Recipe *recipe)
{
  if (recipe == NULL)
    return;
  char *texts[] = {recipe->path,      recipe->name,         recipe->os,       recipe->suite,
                   recipe->account,   recipe->full_name,    recipe->password, recipe->boot_arguments,
                   recipe->base_tree, recipe->overlay_tree, recipe->customize};
  for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
    g_free(texts[i]);
  g_strfreev(recipe->packages);
  g_strfreev(recipe->leave_out);
  g_strfreev(recipe->keep);
  g_clear_pointer(&recipe->files, g_ptr_array_unref);
  g_clear_pointer(&recipe->pictures, g_ptr_array_unref);
  g_free(recipe);
}
