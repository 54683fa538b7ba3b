/* SPDX-License-Identifier: Apache-2.0 */
#include "host/plan/qcow2_header.h"

#include "common/base/error.h"

#include <string.h>

#define MAX_VIRTUAL_BYTES (G_GUINT64_CONSTANT(16) << 40)
#define SHORTEST_HEADER   72 /* version 2 */
/* Incompatible features: 1 corrupt, 2 external data file; unknown ones are refused, as the format demands. */
#define FEATURES_TAKEN ((G_GUINT64_CONSTANT(1) << 3) | (G_GUINT64_CONSTANT(1) << 4))

static guint32
read_u32(const guint8 *bytes)
{
  guint32 value;
  memcpy(&value, bytes, sizeof value);
  return GUINT32_FROM_BE(value);
}

static guint64
read_u64(const guint8 *bytes)
{
  guint64 value;
  memcpy(&value, bytes, sizeof value);
  return GUINT64_FROM_BE(value);
}

static gboolean
refuse(GError **error, const char *message)
{
  g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_IMAGE_BAD, message);
  return FALSE;
}

gboolean
qcow2_header_check(const guint8 *bytes, gsize size, gint64 *ret_virtual_mib, GError **error)
{
  if (size < SHORTEST_HEADER || memcmp(bytes, "QFI\xfb", 4) != 0)
    return refuse(error, "The file is not a qcow2 image.");
  guint32 version = read_u32(bytes + 4);
  if (version != 2 && version != 3)
    return refuse(error, "The image is of a qcow2 version that is not known.");
  if (read_u64(bytes + 8) != 0)
    return refuse(error, "The image has a backing file; flatten it with “qemu-img convert”.");
  if (read_u32(bytes + 32) != 0)
    return refuse(error, "The image is encrypted.");
  guint64 virtual_bytes = read_u64(bytes + 24);
  if (virtual_bytes == 0 || virtual_bytes > MAX_VIRTUAL_BYTES)
    return refuse(error, "The image has a disk of 0 bytes or of more than 16 TiB.");
  if (version == 3) {
    if (size < QCOW2_HEADER_SIZE)
      return refuse(error, "The file ends within its header.");
    if ((read_u64(bytes + 72) & ~FEATURES_TAKEN) != 0)
      return refuse(error, "The image is marked corrupt or in use, or keeps its data in another file.");
  }
  if (ret_virtual_mib != NULL)
    *ret_virtual_mib = (gint64)(virtual_bytes >> 20);
  return TRUE;
}
