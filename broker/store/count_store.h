/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counting rows of several tables at once, for metrics.
 */
#pragma once

#include "broker/db/db.h"
#include "broker/model/pool.h"

typedef struct {
  guint64 users, pools, hosts_up, sessions, consoles, commands;
  PoolCounts desktops;
} CountRow;

/** Fills @ret_row. */
gboolean count_store_read(DbTransaction *transaction, CountRow *ret_row,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
