/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sums over desktops, as placement and pool sizing want them: what each host carries, what each pool has.
 * Reads many rows and returns few.
 */
#pragma once

#include "broker/db/db.h"

/** What the desktops of one host take. */
typedef struct {
  guint vcpus;        /**< of all of them */
  guint unseen;       /**< how many the host's capacity does not account for yet … */
  guint64 unseen_mib; /**< … and the memory of their machines */
} CapacityLoad;

/** How many desktops of a pool are what. */
typedef struct {
  guint assigned;
  guint spare;    /**< of the wanted shape */
  guint starting; /**< of the wanted shape */
  guint outdated; /**< free, of another shape */
  guint leaving;  /**< recycling on a host that answers: what a lost host holds takes nobody's place */
} CapacityPool;

/** What each host with desktops carries: name → CapacityLoad (transfer full). */
GHashTable *capacity_store_loads(DbTransaction *transaction, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Counts the desktops of @pool_id, whose desktops are made with @shape now. */
gboolean capacity_store_pool(DbTransaction *transaction, const char *pool_id, const char *shape,
                             CapacityPool *ret_pool, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Whether @pool_id has any desktop, in whatever condition. */
gboolean capacity_store_has_desktops(DbTransaction *transaction, const char *pool_id, gboolean *ret_has,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
