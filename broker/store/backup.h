/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole database in a file that every engine can take back. What was hashed stays hashed; the file still
 * holds what an administrator of the database sees, and is for nobody else.
 */
#pragma once

#include "broker/db/db.h"

/** The version of the file. */
#define BACKUP_FORMAT 1

typedef struct {
  int schema;
  gint64 made_us; /**< microseconds since 1970, by the database's clock */
  guint tables;
  guint64 rows;
} BackupSummary;

/** Writes the one state of all tables that @db has now to the new file @path, a few hundred rows in memory at
 * a time. Brokers may go on working. */
gboolean backup_write(Db *db, const char *path, BackupSummary *ret_summary,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
