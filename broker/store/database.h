/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The database as use cases see it: opened with its schema, and the transactions of broker/db to hand to the
 * stores. What else the driver can do is for the stores alone.
 */
#pragma once

#include "broker/db/db.h"

/** Brings the schema of @db up to date, and records that; @ret_from (nullable) is what it was. */
gboolean database_update(Db *db, int *ret_from, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Opens @path with @readers readers and @clock as db_open() does for @writer (nullable: nobody in
 * particular), the broker that writes, and brings its schema up to date. */
Db *database_open(const char *path, const char *writer, guint readers, const Clock *clock,
                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
