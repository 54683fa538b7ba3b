/* SPDX-License-Identifier: Apache-2.0 */
/* A folder of a test's own, and files in it. */
#pragma once

#include "host/image/image_store.h"

typedef struct {
  char *folder;
} ImageFixture;

/** Makes the folder. */
void image_fixture_set_up(ImageFixture *fixture, gconstpointer data);

/** Removes the folder with everything in it. */
void image_fixture_tear_down(ImageFixture *fixture, gconstpointer data);

/** Writes @text to the file @name, in folders that are made as needed; returns its path (transfer full). */
char *image_fixture_write(ImageFixture *fixture, const char *name, const char *text, gssize size);

/** Writes a qcow2 header of version @version; @backing_offset and @features go where the format has them. */
char *image_fixture_write_qcow2(ImageFixture *fixture, const char *name, guint8 version,
                                guint8 backing_offset, guint8 features);

/** The description of an image @name that is the file @path (transfer full). */
ImageInfo *image_fixture_info(const char *name, const char *path);
