/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The disks of a desktop: a qcow2 overlay over an image and empty ones, made by qemu-img. Blocks.
 */
#pragma once

#include <glib.h>

/**
 * Makes the overlay @path over the qcow2 @backing (absolute), replacing what is at @path.
 * CARAWAY_ERROR_NO_SPACE when the disk is full, else CARAWAY_ERROR_INTERNAL.
 */
gboolean overlay_create(const char *path, const char *backing, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Makes @path an empty qcow2 disk of @size_mib, replacing what is there. Errors as above. */
gboolean overlay_create_empty(const char *path, gint64 size_mib, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Makes @path a copy of the qcow2 @image, sharing blocks where the file system can, unless it is there
 * already: what stands on it must not change with an image that is replaced. Errors as above.
 */
gboolean overlay_copy_base(const char *image, const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Removes the file @path; one that is not there is success. CARAWAY_ERROR_INTERNAL. */
gboolean overlay_remove(const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
