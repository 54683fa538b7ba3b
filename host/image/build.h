/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One build from recipe to image store: finds what is cached, else makes base system, tree and disk in that
 * order, keeps the results for the next build, and leaves nothing temporary behind. Blocks; run it in a
 * thread.
 */
#pragma once

#include "host/image/image_store.h"
#include "host/image/progress.h"
#include "host/image/recipe.h"

typedef struct {
  const Recipe *recipe;
  const char *guest_path;     /**< the caraway-guest that goes into the image */
  const char *output;         /**< folder of the image store */
  const char *cache;          /**< folder of the cache, made when needed */
  const char *const *sources; /**< files of apt sources; NULL for those of this machine */
  Progress *progress;
  GCancellable *cancellable;
} Build;

typedef enum {
  BUILD_MADE,       /**< built now */
  BUILD_FROM_CACHE, /**< found in the cache and copied to the store */
  BUILD_PRESENT,    /**< the store already had it */
} BuildOutcome;

/**
 * Builds. On success @ret_outcome says how and the image is returned (transfer full). Errors: those of the
 * steps; CARAWAY_ERROR_NO_SPACE before anything is begun when the disk clearly has too little.
 */
ImageInfo *build_run(const Build *build, BuildOutcome *ret_outcome, GError **error) G_GNUC_WARN_UNUSED_RESULT;
