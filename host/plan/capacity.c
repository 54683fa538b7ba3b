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

/* Extra disks grow as they are written; their whole size must fit, so that they can be. */
static gboolean
has_disk(const CapacityFacts *facts, gint64 disk_mib, GError **error)
{
  if (facts->machine.disk_free_mib >= facts->reserved_disk_mib + disk_mib)
    return TRUE;
  g_autofree char *extra =
      disk_mib > 0 ? g_strdup_printf(", and the extra disks need %" G_GINT64_FORMAT " MiB", disk_mib)
                   : g_strdup("");
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NO_SPACE,
              "%s has %" G_GINT64_FORMAT " MiB free on the disk of its desktops; %" G_GINT64_FORMAT
              " MiB must stay free%s. Remove files there or give it a larger disk.",
              facts->host, facts->machine.disk_free_mib, facts->reserved_disk_mib, extra);
  return FALSE;
}

gboolean
capacity_admits_start(const CapacityFacts *facts, gint64 memory_mib, GError **error)
{
  gint64 needed_mib = memory_mib + OVERHEAD_MIB;
  gint64 free_mib = capacity_free_memory_mib(facts);
  if (needed_mib <= free_mib)
    return TRUE;
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NO_CAPACITY,
              "%s has %" G_GINT64_FORMAT " MiB of memory left for desktops; this one needs %" G_GINT64_FORMAT
              " MiB (%" G_GINT64_FORMAT " MiB are kept for the host).",
              facts->host, free_mib, needed_mib, facts->reserved_memory_mib);
  return FALSE;
}

gboolean
capacity_admits(const CapacityFacts *facts, gint64 memory_mib, gint64 disk_mib, GError **error)
{
  return capacity_admits_start(facts, memory_mib, error) && has_disk(facts, disk_mib, error);
}
