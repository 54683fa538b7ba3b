/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The SHA-256 of a large file, read without filling the page cache's memory of what matters. Blocks.
 */
#pragma once

#include <glib.h>

/** The hexadecimal SHA-256 of the file @path (transfer full); CARAWAY_ERROR_IMAGE_BAD when it cannot be read.
 */
char *image_hash_file(const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
