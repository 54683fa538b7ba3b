/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The folder of desktop images on a host: NAME.qcow2 with NAME.json beside it (docs/protocols.md section 8).
 * Lists, verifies, adds and deletes; an image appears or changes as a whole. It builds none and starts none.
 */
#pragma once

#include <gio/gio.h>

/** Where a host keeps its images. */
#define IMAGE_STORE_DEFAULT "/var/lib/caraway/images"

typedef struct {
  char *name;
  char *hash; /**< SHA-256 of the qcow2 file, hexadecimal */
  gint64 size_mib;
  gint64 virtual_size_mib;
  char *os;
  char *account;     /**< the local account that the desktop signs in */
  char *created;     /**< ISO 8601, UTC */
  char *recipe_hash; /**< of everything that it was built from */
} ImageInfo;

/** Reads the description @path, a file NAME.json. Fails with CARAWAY_ERROR_IMAGE_BAD. */
ImageInfo *image_info_load(const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The JSON text of @info (transfer full). */
char *image_info_to_json(const ImageInfo *info);

/** Frees @info (nullable). */
void image_info_free(ImageInfo *info);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ImageInfo, image_info_free)

/** The path of the image @name in @folder (transfer full). */
char *image_store_path(const char *folder, const char *name);

/**
 * The images in @folder as ImageInfo, sorted by name (transfer full). A folder that does not exist is empty;
 * a description that cannot be read is left out and its error sentence added to @problems (nullable, char *).
 */
GPtrArray *image_store_list(const char *folder, GPtrArray *problems,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The image @name. Fails with CARAWAY_ERROR_IMAGE_MISSING or CARAWAY_ERROR_IMAGE_BAD. */
ImageInfo *image_store_get(const char *folder, const char *name, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Reads all of the image @name: it must be a qcow2 file that refers to no other file, with the SHA-256 of its
 * description. Fails with CARAWAY_ERROR_IMAGE_MISSING, CARAWAY_ERROR_IMAGE_BAD or G_IO_ERROR_CANCELLED.
 */
gboolean image_store_verify(const char *folder, const char *name, GCancellable *cancellable,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Fails with CARAWAY_ERROR_CONFLICT while a desktop runs on the image @name, if there is one. */
gboolean image_store_check_free(const char *folder, const char *name,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Copies the qcow2 file @source into @folder under the name of @info, checking its hash on the way, and
 * replaces what was there. Fails with CARAWAY_ERROR_CONFLICT while a desktop runs on the image that is there,
 * CARAWAY_ERROR_IMAGE_BAD when the hash differs, CARAWAY_ERROR_NO_SPACE.
 */
gboolean image_store_add(const char *folder, const ImageInfo *info, const char *source,
                         GCancellable *cancellable, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Deletes the image @name. Fails as image_store_add() and with CARAWAY_ERROR_IMAGE_MISSING. */
gboolean image_store_delete(const char *folder, const char *name, GError **error) G_GNUC_WARN_UNUSED_RESULT;
