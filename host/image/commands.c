/* SPDX-License-Identifier: Apache-2.0 */
#include "host/image/commands.h"

#include "common/base/error.h"
#include "host/image/build.h"

#include <stdio.h>

#define INSTALLED_GUEST "/usr/bin/caraway-guest"

static const char *
store_folder(const CommandOptions *options)
{
  return options->store != NULL ? options->store : IMAGE_STORE_DEFAULT;
}

/* The guest agent that was built or installed together with this program. */
static char *
find_guest(const CommandOptions *options, GError **error)
{
  g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
  g_autofree char *folder = self != NULL ? g_path_get_dirname(self) : g_strdup(".");
  g_autofree char *sibling = g_build_filename(folder, "caraway-guest", NULL);
  const char *candidates[] = {options->guest, sibling, INSTALLED_GUEST};
  for (gsize i = 0; i < G_N_ELEMENTS(candidates); i++)
    if (candidates[i] != NULL && g_file_test(candidates[i], G_FILE_TEST_IS_EXECUTABLE))
      return g_strdup(candidates[i]);
    else if (i == 0 && candidates[i] != NULL)
      break;
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND,
              "The program caraway-guest, which goes into the image, is not at %s; name it with --guest.",
              options->guest != NULL ? options->guest : INSTALLED_GUEST);
  return NULL;
}

static void
tell_built(const ImageInfo *info, BuildOutcome outcome, const Build *build, gint64 start_us)
{
  static const char *const HOW[] = {
      [BUILD_MADE] = "built", [BUILD_FROM_CACHE] = "found in the cache", [BUILD_PRESENT] = "already there"};
  g_print("%s: %s in %.0f s, %" G_GINT64_FORMAT " MiB, %s/%s.qcow2\n", info->name, HOW[outcome],
          (double)(g_get_monotonic_time() - start_us) / G_USEC_PER_SEC, info->size_mib, build->output,
          info->name);
}

static gboolean
run_build(const CommandOptions *options, const char *argument, GCancellable *cancellable, GError **error)
{
  g_autoptr(Recipe) recipe = recipe_load(argument, error);
  g_autofree char *guest = recipe != NULL ? find_guest(options, error) : NULL;
  if (guest == NULL)
    return FALSE;
  g_autofree char *default_cache = g_build_filename(g_get_user_cache_dir(), "caraway", "images", NULL);
  g_autofree char *cache =
      g_canonicalize_filename(options->cache != NULL ? options->cache : default_cache, NULL);
  g_autofree char *output = g_canonicalize_filename(store_folder(options), NULL);
  g_autoptr(Progress) progress = progress_new();
  const Build build = {.recipe = recipe,
                       .guest_path = guest,
                       .output = output,
                       .cache = cache,
                       .sources = (const char *const *)options->sources,
                       .progress = progress,
                       .cancellable = cancellable};
  const gint64 start_us = g_get_monotonic_time();
  BuildOutcome outcome = BUILD_MADE;
  g_autoptr(ImageInfo) info = build_run(&build, &outcome, error);
  progress_end(progress);
  if (info != NULL)
    tell_built(info, outcome, &build, start_us);
  return info != NULL;
}

static void
print_info(const ImageInfo *info)
{
  g_print("%-24s  %-12s  %6" G_GINT64_FORMAT " MiB  %s  %.12s\n", info->name, info->os, info->size_mib,
          info->created, info->hash);
}

static gboolean
run_list(const CommandOptions *options, const char *argument, GCancellable *cancellable, GError **error)
{
  g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
  g_autoptr(GPtrArray) images = image_store_list(store_folder(options), problems, error);
  if (images == NULL)
    return FALSE;
  for (guint i = 0; i < images->len; i++) {
    g_autofree char *json = image_info_to_json(images->pdata[i]);
    if (options->as_json)
      g_print("%s\n", json);
    else
      print_info(images->pdata[i]);
  }
  for (guint i = 0; i < problems->len; i++)
    g_printerr("%s\n", (const char *)problems->pdata[i]);
  if (images->len == 0 && !options->as_json)
    g_print("There are no images in %s.\n", store_folder(options));
  return TRUE;
}

static gboolean
run_show(const CommandOptions *options, const char *argument, GCancellable *cancellable, GError **error)
{
  g_autoptr(ImageInfo) info = image_store_get(store_folder(options), argument, error);
  if (info == NULL)
    return FALSE;
  if (options->as_json) {
    g_autofree char *json = image_info_to_json(info);
    g_print("%s\n", json);
    return TRUE;
  }
  g_print("name           %s\nsystem         %s\naccount        %s\nfile           %s/%s.qcow2\n"
          "size           %" G_GINT64_FORMAT " MiB of at most %" G_GINT64_FORMAT
          " MiB\ncreated        %s\nSHA-256        %s\nbuilt from     %s\n",
          info->name, info->os, info->account, store_folder(options), info->name, info->size_mib,
          info->virtual_size_mib, info->created, info->hash, info->recipe_hash);
  return TRUE;
}

static gboolean
run_verify(const CommandOptions *options, const char *argument, GCancellable *cancellable, GError **error)
{
  if (!image_store_verify(store_folder(options), argument, cancellable, error))
    return FALSE;
  g_print("The image “%s” is whole.\n", argument);
  return TRUE;
}

static gboolean
run_delete(const CommandOptions *options, const char *argument, GCancellable *cancellable, GError **error)
{
  if (!image_store_delete(store_folder(options), argument, error))
    return FALSE;
  g_print("The image “%s” is deleted.\n", argument);
  return TRUE;
}

const CommandRow *
commands_table(void)
{
  static const CommandRow ROWS[] = {
      {"build", "RECIPE", "build an image from a recipe, or take it from the cache", run_build},
      {"list", NULL, "list the images of the store", run_list},
      {"show", "NAME", "describe one image", run_show},
      {"verify", "NAME", "read all of an image and compare its SHA-256", run_verify},
      {"delete", "NAME", "delete an image on which no desktop runs", run_delete},
      {NULL},
  };
  return ROWS;
}
