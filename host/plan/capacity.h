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
  gint64 promised_memory_mib; /**< sum over the desktops that exist or are being made */
  gint64 reserved_memory_mib; /**< never given to desktops */
  gint64 reserved_disk_mib;   /**< what must stay free on the disk of the overlays */
} CapacityFacts;

/**
 * Whether a desktop of @memory_mib fits. Refuses with CARAWAY_ERROR_NO_CAPACITY or CARAWAY_ERROR_NO_SPACE and
 * a sentence with the numbers.
 */
gboolean capacity_admits(const CapacityFacts *facts, gint64 memory_mib,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The memory that is left for desktops: at least 0, MiB. */
gint64 capacity_free_memory_mib(const CapacityFacts *facts);
