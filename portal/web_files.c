/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/web_files.h"

#include "common/base/error.h"

#include <string.h>

#define FILE_MAX_BYTES (2 * 1024 * 1024)
#define FILES_MAX      200

struct WebFiles {
  GHashTable *by_path; /* path -> WebFile */
};

static const struct {
  const char *suffix, *content_type;
} types[] = {
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".svg", "image/svg+xml"},
};

static void
web_file_free(gpointer data)
{
  WebFile *file = data;
  g_free(file->etag);
  g_bytes_unref(file->bytes);
  g_free(file);
}

static const char *
type_of(const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS(types); i++)
    if (g_str_has_suffix(name, types[i].suffix))
      return types[i].content_type;
  return NULL;
}

static PageKind
kind_of(const char *name)
{
  if (g_str_equal(name, "viewer.html"))
    return PAGE_VIEWER;
  return g_str_has_suffix(name, ".html") ? PAGE_APP : PAGE_DATA;
}

static gboolean
add_file(WebFiles *files, const char *directory, const char *name, const char *prefix, GError **error)
{
  g_autofree char *path = g_build_filename(directory, name, NULL);
  g_autofree char *contents = NULL;
  gsize size = 0;
  g_autoptr(GError) local = NULL;
  if (!g_file_get_contents(path, &contents, &size, &local) || size > FILE_MAX_BYTES) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG, "The web app's file %s cannot be served: %s",
                path, local != NULL ? local->message : "it is larger than 2 MiB");
    return FALSE;
  }
  g_autofree char *hash = g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)contents, size);
  WebFile *file = g_new0(WebFile, 1);
  file->content_type = type_of(name);
  file->etag = g_strdup_printf("\"%.32s\"", hash);
  file->bytes = g_bytes_new_take(g_steal_pointer(&contents), size);
  file->kind = kind_of(name);
  g_hash_table_insert(files->by_path, g_strconcat(prefix, name, NULL), file);
  return TRUE;
}

/* Takes every file of a known type that lies directly in @directory; @only (nullable) names the one type. */
static gboolean
add_directory(WebFiles *files, const char *directory, const char *prefix, const char *only, GError **error)
{
  g_autoptr(GError) local = NULL;
  g_autoptr(GDir) dir = g_dir_open(directory, 0, &local);
  if (dir == NULL) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG, "The folder of the web app cannot be read: %s",
                local->message);
    return FALSE;
  }
  const char *name = NULL;
  while ((name = g_dir_read_name(dir)) != NULL) {
    if (type_of(name) == NULL || (only != NULL && !g_str_has_suffix(name, only)) || name[0] == '.')
      continue;
    if (g_hash_table_size(files->by_path) >= FILES_MAX) {
      g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG, "%s has too many files to be the web app",
                  directory);
      return FALSE;
    }
    if (!add_file(files, directory, name, prefix, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
check_present(const WebFiles *files, const char *path, const char *directory, GError **error)
{
  if (web_files_lookup(files, path) != NULL)
    return TRUE;
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG,
              "%s does not hold the file for %s; set portal.web-directory and portal.spice-html5-directory",
              directory, path);
  return FALSE;
}

WebFiles *
web_files_load(const char *web_directory, const char *spice_html5_directory, GError **error)
{
  g_autoptr(WebFiles) files = g_new0(WebFiles, 1);
  files->by_path = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, web_file_free);
  g_autofree char *third_party = g_build_filename(spice_html5_directory, "thirdparty", NULL);
  if (!add_directory(files, web_directory, "/", NULL, error) ||
      !add_directory(files, spice_html5_directory, "/spice-html5/", ".js", error) ||
      !add_directory(files, third_party, "/spice-html5/thirdparty/", ".js", error) ||
      !check_present(files, "/index.html", web_directory, error) ||
      !check_present(files, "/viewer.html", web_directory, error) ||
      !check_present(files, "/spice-html5/main.js", spice_html5_directory, error))
    return NULL;
  return g_steal_pointer(&files);
}

const WebFile *
web_files_lookup(const WebFiles *files, const char *path)
{
  return g_hash_table_lookup(files->by_path, g_str_equal(path, "/") ? "/index.html" : path);
}

void
web_files_free(WebFiles *files)
{
  if (files == NULL)
    return;
  g_hash_table_unref(files->by_path);
  g_free(files);
}
