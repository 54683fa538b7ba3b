/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The images that this host has: NAME.qcow2 with NAME.json in one folder, each verified by hash before a
 * desktop is made of it. A verdict holds as long as the file's size, times and inode do and is kept on disk,
 * because reading gigabytes at each start helps nobody. Safe to use from several threads; looking and
 * verifying block.
 */
#pragma once

#include <glib.h>

typedef struct ImageCatalog ImageCatalog;

typedef struct {
  char *name;
  char *hash; /**< as the manifest says; "" when there is none that can be read */
  char *path; /**< absolute, of the qcow2 */
  gint64 size_mib;
  char *damage; /**< nullable: what is wrong with it */
} ImageEntry;

/** A store on @folder; verdicts are kept in the file @verdicts_path. */
ImageCatalog *image_catalog_new(const char *folder, const char *verdicts_path);

/** Looks at the folder and verifies what is new in it. Returns the entries by name (GPtrArray of ImageEntry,
 * transfer full); an unreadable folder has none. */
GPtrArray *image_catalog_scan(ImageCatalog *catalog);

/** The entry @name, verified (transfer full); CARAWAY_ERROR_IMAGE_MISSING or CARAWAY_ERROR_IMAGE_BAD. */
ImageEntry *image_catalog_find(ImageCatalog *catalog, const char *name,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Frees @entry (nullable). */
void image_entry_free(ImageEntry *entry);

/** Frees @catalog (nullable). */
void image_catalog_free(ImageCatalog *catalog);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ImageEntry, image_entry_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ImageCatalog, image_catalog_free)
