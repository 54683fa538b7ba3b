/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A recipe: the text file that says what a desktop image is made of (docs/images.md). This module reads and
 * checks it, and computes the fingerprints by which built parts are found again. It builds nothing.
 */
#pragma once

#include <glib.h>

/** One `target=source` line: a file or picture that goes to a place in the image. */
typedef struct {
  char *target; /**< absolute path in the image */
  char *source; /**< path on this machine */
  int width;    /**< of a picture, in pixels; 0 for a file */
  int height;
} RecipeFile;

typedef struct {
  char *path;
  char *name; /**< of the image: lower-case letters, digits, '-' and '.' */
  char *os;   /**< for people, e.g. "Debian 12" */
  char *suite;
  gint64 size_mib; /**< virtual size of the disk */
  char *account;
  char *full_name;
  char *password;
  char **packages;      /**< in the order of the file */
  char **leave_out;     /**< dpkg path patterns that are not unpacked */
  char **keep;          /**< exceptions from leave_out */
  char *boot_arguments; /**< for the kernel, after root= */
  char *base_tree;      /**< folder copied before the packages are set up; nullable */
  char *overlay_tree;   /**< folder copied over the finished system; nullable */
  char *customize;      /**< script run inside the system; nullable */
  GPtrArray *files;     /**< RecipeFile */
  GPtrArray *pictures;  /**< RecipeFile */
} Recipe;

/** Reads the recipe at @path. Fails with CARAWAY_ERROR_CONFIG, naming file, group and key. */
Recipe *recipe_load(const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Whether @name can be the name of an image: it becomes a file name and travels in messages. */
gboolean recipe_name_is_valid(const char *name);

/** Hexadecimal SHA-256 of all that the base system depends on: suite, packages, patterns and base folder. */
char *recipe_base_fingerprint(const Recipe *recipe, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Hexadecimal SHA-256 of all that the image depends on, the program at @guest_path included. */
char *recipe_fingerprint(const Recipe *recipe, const char *guest_path,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Frees @recipe (nullable). */
void recipe_free(Recipe *recipe);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Recipe, recipe_free)
