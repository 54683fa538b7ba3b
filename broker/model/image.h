/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A desktop image: what hosts say they hold under one name, and whether an administrator registered it for
 * use.
 */
#pragma once

#include <glib.h>

/** One host's copy of an image. */
typedef struct {
  char *host;
  char *name;
  char *hash; /**< SHA-256 of the qcow2, hexadecimal */
  guint64 size_mib;
  gboolean damaged;
  char *detail; /**< why it is damaged; may be empty */
} ImageCopy;

typedef struct {
  char *name;
  char *hash; /**< of the copies that are whole; "" when there is none */
  guint64 size_mib;
  gboolean registered;
  GStrv hosts; /**< names of the hosts that hold a whole copy */
} Image;

/** Frees @image (nullable). */
void image_free(Image *image);

/** Frees @image (nullable). */
void image_copy_free(ImageCopy *image);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Image, image_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ImageCopy, image_copy_free)
