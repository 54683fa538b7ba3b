/* SPDX-License-Identifier: Apache-2.0 */
#include "host/image/apt_sources.h"

#include "common/base/error.h"

#include <string.h>

#define APT_FOLDER "/etc/apt"

static gboolean
is_release_of(const char *word, const char *suite)
{
  g_autofree char *updates = g_strconcat(suite, "-updates", NULL);
  g_autofree char *security = g_strconcat(suite, "-security", NULL);
  return strcmp(word, suite) == 0 || strcmp(word, updates) == 0 || strcmp(word, security) == 0;
}

/* One-line sources and deb822 stanzas both name the release as a word of its own and the component `main`. */
static gboolean
line_has(const char *line, const char *suite, const char *component)
{
  g_auto(GStrv) words = g_strsplit_set(line, " \t", -1);
  for (char **word = words; *word != NULL; word++)
    if (suite != NULL ? is_release_of(*word, suite) : strcmp(*word, component) == 0)
      return TRUE;
  return FALSE;
}

gboolean
apt_sources_offer(const char *text, const char *suite)
{
  gboolean has_suite = FALSE, has_main = FALSE;
  g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
  for (char **line = lines; *line != NULL; line++) {
    const char *start = g_strchug(*line);
    if (*start == '#')
      continue;
    has_suite = has_suite || line_has(start, suite, NULL);
    has_main = has_main || line_has(start, NULL, "main");
  }
  return has_suite && has_main;
}

static void
consider(GStrvBuilder *found, const char *path, const char *suite)
{
  g_autofree char *text = NULL;
  if ((g_str_has_suffix(path, ".list") || g_str_has_suffix(path, ".sources")) &&
      g_file_get_contents(path, &text, NULL, NULL) && apt_sources_offer(text, suite))
    g_strv_builder_add(found, path);
}

char **
apt_sources_find(const char *suite, GError **error)
{
  g_autoptr(GStrvBuilder) found = g_strv_builder_new();
  consider(found, APT_FOLDER "/sources.list", suite);
  g_autoptr(GDir) folder = g_dir_open(APT_FOLDER "/sources.list.d", 0, NULL);
  for (const char *name; folder != NULL && (name = g_dir_read_name(folder)) != NULL;) {
    g_autofree char *path = g_build_filename(APT_FOLDER "/sources.list.d", name, NULL);
    consider(found, path, suite);
  }
  g_auto(GStrv) files = g_strv_builder_end(found);
  if (files[0] != NULL)
    return g_steal_pointer(&files);
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG,
              "No apt source of this machine offers %s; name a file that does with --sources.", suite);
  return NULL;
}

char *
apt_sources_fetch_settings(GError **error)
{
  char *arguments[] = {(char *)"apt-config", (char *)"dump", NULL};
  g_autofree char *dump = NULL;
  if (!g_spawn_sync(NULL, arguments, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &dump, NULL, NULL, error))
    return NULL;
  g_autoptr(GString) text = g_string_new(NULL);
  g_auto(GStrv) lines = g_strsplit(dump, "\n", -1);
  for (char **line = lines; *line != NULL; line++)
    if (g_str_has_prefix(*line, "Acquire::"))
      g_string_append_printf(text, "%s\n", *line);
  return g_string_free(g_steal_pointer(&text), FALSE);
}
