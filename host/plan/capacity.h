/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether one more desktop fits on a host: memory that other desktops have been promised, the reserve that
 * the host keeps for itself, disk for a growing overlay. Pure; the numbers are handed in.
 */
#pragma once

#include "common/wire/host_message.h"

typedef struct {
  const char *host;           /**< named in the refusal */
  HostCapacity machine;       /**< as measured */
  gint64 promised_memory_mib; /**< of all machines that run or are being started */
  gint64 reserved_memory_mib; /**< never given to desktops */
  gint64 reserved_disk_mib;   /**< what must stay free on the disk of the overlays */
} CapacityFacts;

/**
 * Whether a desktop of @memory_mib with extra disks of @disk_mib in all fits. Refuses with
 * CARAWAY_ERROR_NO_CAPACITY or CARAWAY_ERROR_NO_SPACE and a sentence with the numbers.
 */
gboolean capacity_admits(const CapacityFacts *facts, gint64 memory_mib, gint64 disk_mib,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Whether a desktop of @memory_mib that is off may start: its disks are there. CARAWAY_ERROR_NO_CAPACITY. */
gboolean capacity_admits_start(const CapacityFacts *facts, gint64 memory_mib,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The memory that is left for desktops: at least 0, MiB. */
gint64 capacity_free_memory_mib(const CapacityFacts *facts);
