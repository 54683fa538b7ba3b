/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads the header of a qcow2 file (QEMU's docs/interop/qcow2.txt) enough to refuse an image that reaches
 * beyond itself: a backing file, an external data file, an absurd size, a raw file under that name. Pure.
 */
#pragma once

#include <glib.h>

#define QCOW2_HEADER_SIZE 80

/**
 * Whether the first @size bytes of an image at @bytes (QCOW2_HEADER_SIZE are enough) are those of a template
 * that stands alone. @ret_virtual_mib (nullable): the size of its disk. Fails with CARAWAY_ERROR_IMAGE_BAD.
 */
gboolean qcow2_header_check(const guint8 *bytes, gsize size, gint64 *ret_virtual_mib,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
