/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The database as use cases see it: opened with its schema, and the transactions of broker/db to hand to the
 * stores. What else the driver can do is for the stores alone.
 */
#pragma once

#include "broker/db/db.h"

/** Opens @path with @readers readers and @clock as db_open() does, and brings its schema up to date. */
Db *database_open(const char *path, guint readers, const Clock *clock,
                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
