/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NAME.json beside an image in the store (docs/protocols.md section 8): what the image is and the hash that
 * its file must have. Pure: text in, values out.
 */
#pragma once

#include <glib.h>

#define IMAGE_HASH_DIGITS 64

typedef struct {
  char *name, *hash;
  gint64 size_mib;
} ImageManifest;

/**
 * Reads @text, the manifest of the image whose file name says @name. Fails with CARAWAY_ERROR_IMAGE_BAD when
 * it is not a manifest or is one of another image.
 */
ImageManifest *image_manifest_parse(const char *name, const char *text, gsize size,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Whether @name may name an image: letters, digits, '.', '-', '_', not starting with '.', at most 64 bytes.
 */
gboolean image_manifest_name_is_valid(const char *name);

/** Frees @manifest (nullable). */
void image_manifest_free(ImageManifest *manifest);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ImageManifest, image_manifest_free)
