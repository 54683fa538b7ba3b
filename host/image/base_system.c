/* SPDX-License-Identifier: Apache-2.0 */
#include "host/image/base_system.h"

#include "host/image/apt_sources.h"
#include "host/image/command.h"

#include <string.h>
#include <unistd.h>

/* What mmdebstrap says when it begins a part of its work, and how far the whole build then is. */
static const struct {
  const char *line;
  int percent;
} MILESTONES[] = {
    {"I: running apt-get update", 2},
    {"I: downloading packages", 5},
    {"I: extracting archives", 15},
    {"I: installing essential packages", 18},
    {"I: installing remaining packages", 25},
    {"I: cleaning package lists", 56},
    {"I: creating tarball", 58},
};

static void
on_line(const char *line, gpointer user_data)
{
  for (gsize i = 0; i < G_N_ELEMENTS(MILESTONES); i++)
    if (g_str_has_prefix(line, MILESTONES[i].line))
      progress_detail(user_data, MILESTONES[i].percent, line + strlen("I: "));
}

/* One dpkg option for each pattern, exceptions last: dpkg takes the last that matches. */
static void
add_patterns(GPtrArray *words, const Recipe *recipe)
{
  for (char **pattern = recipe->leave_out; *pattern != NULL; pattern++)
    g_ptr_array_add(words, g_strdup_printf("--dpkgopt=path-exclude=%s", *pattern));
  for (char **pattern = recipe->keep; *pattern != NULL; pattern++)
    g_ptr_array_add(words, g_strdup_printf("--dpkgopt=path-include=%s", *pattern));
}

static gboolean
write_apt_settings(const char *path, GError **error)
{
  g_autofree char *fetch = apt_sources_fetch_settings(error);
  if (fetch == NULL)
    return FALSE;
  g_autofree char *text =
      g_strconcat(fetch, "APT::Install-Recommends \"false\";\nAcquire::Languages \"none\";\n", NULL);
  return g_file_set_contents(path, text, -1, error);
}

static GPtrArray *
mmdebstrap_words(const BuildStep *step, const char *settings, const char *base_tar, const char *target)
{
  GPtrArray *words = g_ptr_array_new_with_free_func(g_free);
  g_autofree char *packages = g_strjoinv(",", step->recipe->packages);
  g_ptr_array_add(words, g_strdup("mmdebstrap"));
  g_ptr_array_add(words, g_strdup(geteuid() == 0 ? "--mode=root" : "--mode=unshare"));
  g_ptr_array_add(words, g_strdup("--variant=minbase"));
  g_ptr_array_add(words, g_strdup("--format=tar"));
  g_ptr_array_add(words, g_strdup_printf("--aptopt=%s", settings));
  add_patterns(words, step->recipe);
  if (base_tar != NULL)
    g_ptr_array_add(words, g_strdup_printf("--essential-hook=tar-in '%s' /", base_tar));
  g_ptr_array_add(words, g_strdup_printf("--include=%s", packages));
  g_ptr_array_add(words, g_strdup(step->recipe->suite));
  g_ptr_array_add(words, g_strdup(target));
  return words;
}

static gboolean
run_mmdebstrap(const BuildStep *step, GPtrArray *words, GError **error)
{
  g_autofree char *temporary = g_strconcat("TMPDIR=", step->work, NULL);
  const char *const environment[] = {temporary, "LC_ALL=C.UTF-8", NULL};
  const Command command = {.arguments = (const char *const *)words->pdata,
                           .package = "mmdebstrap",
                           .environment = environment,
                           .on_line = on_line,
                           .user_data = step->progress};
  return command_run(&command, step->cancellable, error);
}

gboolean
base_system_make(const BuildStep *step, const char *target, GError **error)
{
  g_auto(GStrv) found = step->sources == NULL ? apt_sources_find(step->recipe->suite, error) : NULL;
  const char *const *sources = step->sources != NULL ? step->sources : (const char *const *)found;
  if (sources == NULL)
    return FALSE;
  g_autofree char *settings = build_step_path(step, "apt.conf");
  g_autofree char *base_tar = build_step_path(step, "base-files.tar");
  if (!write_apt_settings(settings, error))
    return FALSE;
  if (step->recipe->base_tree != NULL &&
      !build_step_run(step, "tar",
                      BUILD_WORDS("tar", "-C", step->recipe->base_tree, "--owner=0", "--group=0",
                                  "--mode=u=rwX,go=rX", "-cf", base_tar, "."),
                      error))
    return FALSE;
  g_autoptr(GPtrArray) words =
      mmdebstrap_words(step, settings, step->recipe->base_tree != NULL ? base_tar : NULL, target);
  for (; *sources != NULL; sources++)
    g_ptr_array_add(words, g_strdup(*sources));
  g_ptr_array_add(words, NULL);
  return run_mmdebstrap(step, words, error);
}
