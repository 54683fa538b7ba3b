/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The facts of all hosts and desktops as placement and sizing want them, read once for a use case. Owns no
 * decision.
 */
#pragma once

#include "broker/model/pool.h"
#include "broker/policy/placement.h"
#include "broker/policy/pool_sizing.h"
#include "broker/service/work.h"

typedef struct {
  GPtrArray *hosts;    /**< of Host */
  GPtrArray *desktops; /**< of Desktop, those of all pools */
} Capacity;

/** Reads hosts and desktops. */
Capacity *capacity_read(Work *work, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Names of those of @hosts (array of Host) that are up (transfer container, borrowed from @hosts). */
GPtrArray *capacity_hosts_up(const GPtrArray *hosts);

/** The host @name of @capacity (transfer none), NULL when it is not there. */
const Host *capacity_host(const Capacity *capacity, const char *name);

/** What sizing needs to know of @pool. */
PoolSizingFacts capacity_sizing(const Capacity *capacity, const Pool *pool);

/** Finds a host for one more desktop of @pool; on success @ret_placement is to be cleared. */
gboolean capacity_place(const Capacity *capacity, Work *work, const Pool *pool, Placement *ret_placement,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Frees @capacity (nullable). */
void capacity_free(Capacity *capacity);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Capacity, capacity_free)
