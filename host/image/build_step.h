/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every step of a build shares: the recipe, the work folder, progress and cancellation, and the way to
 * run a program as the owner of the new system's files (root, or root of a user namespace).
 */
#pragma once

#include "host/image/progress.h"
#include "host/image/recipe.h"

#include <gio/gio.h>

typedef struct {
  const Recipe *recipe;
  const char *guest_path;     /**< the caraway-guest that goes into the image */
  const char *const *sources; /**< files of apt sources; NULL for those of this machine */
  char *work;                 /**< folder for everything temporary, removed in the end */
  Progress *progress;         /**< borrowed */
  GCancellable *cancellable;  /**< borrowed */
} BuildStep;

/** A program to run: words are separate arguments, the last is NULL. */
#define BUILD_WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

/** Runs @words, a program of the Debian package @package, as this process's user. */
gboolean build_step_run(const BuildStep *step, const char *package, const char *const *words,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** As build_step_run(), but as owner of the system's files; @environment may be NULL. */
gboolean build_step_run_as_owner(const BuildStep *step, const char *package, const char *const *words,
                                 const char *const *environment, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The path of @name in the work folder (transfer full). */
char *build_step_path(const BuildStep *step, const char *name);
