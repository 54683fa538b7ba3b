/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The disk of a desktop: a qcow2 overlay over an image, made by qemu-img. Blocks.
 */
#pragma once

#include <glib.h>

/**
 * Makes the overlay @path over the qcow2 @backing (absolute), replacing what is at @path.
 * CARAWAY_ERROR_NO_SPACE when the disk is full, else CARAWAY_ERROR_INTERNAL.
 */
gboolean overlay_create(const char *path, const char *backing, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Removes the file @path; one that is not there is success. CARAWAY_ERROR_INTERNAL. */
gboolean overlay_remove(const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
