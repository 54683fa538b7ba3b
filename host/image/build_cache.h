/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The folder in which builds keep what they made: base systems (base-HASH.tar) and whole images
 * (image-HASH.qcow2 with .json), a lock for one build at a time, and work folders. Bounded: only the newest
 * few are kept.
 */
#pragma once

#include "host/image/image_store.h"
#include "host/image/progress.h"

/** Makes the cache folder and takes its lock, waiting for another build; returns a descriptor or -1. */
int build_cache_lock(const char *cache, Progress *progress, GCancellable *cancellable,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Gives the lock back and removes what is older than the newest few of its kind. */
void build_cache_unlock(const char *cache, int lock);

/** A new empty work folder (transfer full); removes those that killed builds left. Needs the lock. */
char *build_cache_new_work(const char *cache, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Where the base system with @fingerprint is kept (transfer full). */
char *build_cache_base_path(const char *cache, const char *fingerprint);

/** Where the image with @fingerprint is kept (transfer full). */
char *build_cache_image_path(const char *cache, const char *fingerprint);

/** Moves @made, a file on the same file system, to @kept. */
gboolean build_cache_keep(const char *made, const char *kept, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Moves the image @qcow2, described by @info, into the cache. */
gboolean build_cache_add_image(const char *cache, const ImageInfo *info, const char *qcow2,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The description of the cached image with @fingerprint (transfer full); NULL when there is none. */
ImageInfo *build_cache_find_image(const char *cache, const char *fingerprint);

/** Removes the cached image with @fingerprint. */
void build_cache_drop_image(const char *cache, const char *fingerprint);

/** Fails with CARAWAY_ERROR_NO_SPACE when the file system of @folder, made when needed, has less than
 * @needed_mib free. */
gboolean build_cache_check_space(const char *folder, gint64 needed_mib,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
