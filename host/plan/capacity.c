/* SPDX-License-Identifier: Apache-2.0 */
#include "host/plan/capacity.h"

#include "common/base/error.h"

/* QEMU's own memory and the video memory of one desktop beside its RAM. */
#define OVERHEAD_MIB 160

gint64
capacity_free_memory_mib(const CapacityFacts *facts)
{
  gint64 left = facts->machine.memory_mib - facts->reserved_memory_mib - facts->promised_memory_mib;
  return MAX(left, 0);
}

gboolean
capacity_admits(const CapacityFacts *facts, gint64 memory_mib, GError **error)
{
  gint64 needed_mib = memory_mib + OVERHEAD_MIB;
  gint64 free_mib = capacity_free_memory_mib(facts);
  if (needed_mib > free_mib) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NO_CAPACITY,
                "%s has %" G_GINT64_FORMAT
                " MiB of memory left for desktops; this one needs %" G_GINT64_FORMAT " MiB (%" G_GINT64_FORMAT
                " MiB are kept for the host).",
                facts->host, free_mib, needed_mib, facts->reserved_memory_mib);
    return FALSE;
  }
  if (facts->machine.disk_free_mib < facts->reserved_disk_mib) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NO_SPACE,
                "%s has %" G_GINT64_FORMAT " MiB free on the disk of its desktops; %" G_GINT64_FORMAT
                " MiB must stay free. Remove files there or give it a larger disk.",
                facts->host, facts->machine.disk_free_mib, facts->reserved_disk_mib);
    return FALSE;
  }
  return TRUE;
}
