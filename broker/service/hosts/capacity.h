/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The facts of hosts and pools as placement and sizing want them, summed up by the database. Owns no
 * decision.
 */
#pragma once

#include "broker/model/pool.h"
#include "broker/policy/placement.h"
#include "broker/policy/pool_sizing.h"
#include "broker/service/work.h"

/** All hosts and what each carries, read once for a use case. */
typedef struct {
  GPtrArray *hosts;  /**< of Host */
  GHashTable *loads; /**< name of a host → CapacityLoad; a host without desktops is not in it */
} Capacity;

/** Reads hosts and loads. */
Capacity *capacity_read(Work *work, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** What sizing needs to know of @pool. */
gboolean capacity_sizing(Work *work, const Pool *pool, PoolSizingFacts *ret_facts,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Finds a host for one more desktop of @pool, an index into the hosts; on success @ret_placement is to be
 * cleared. */
gboolean capacity_place(const Capacity *capacity, Work *work, const Pool *pool, Placement *ret_placement,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Takes note that a desktop of @pool was just made on @host, so that the next one is placed beside it. */
void capacity_promise(Capacity *capacity, const char *host, const Pool *pool);

/** Frees @capacity (nullable). */
void capacity_free(Capacity *capacity);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Capacity, capacity_free)
