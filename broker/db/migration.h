/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bringing a schema up to date by numbered steps, each in a transaction of its own together with the note
 * that it was done. Several brokers may begin at once: each step is done by one of them. Owns the table
 * schema_migration.
 */
#pragma once

#include "broker/db/db.h"

/** One step: several statements, separated by semicolons, in words that every engine's file in broker/db
 * understands; after them, whole, those that hold semicolons themselves and differ between engines. Once
 * released, it never changes. */
typedef struct {
  int number; /**< 1, 2, 3 … without a gap */
  const char *name;
  const char *sql;
  const char *const *sqlite;   /**< (nullable) further statements, ended by NULL */
  const char *const *postgres; /**< (nullable) the same for that engine */
} Migration;

/**
 * Does the steps of @migrations (@count) that @db has not seen; @ret_from (nullable): the step that it had
 * seen last, 0 for a new database. Fails, with the number of the step, at the first that does not work, and
 * with CARAWAY_ERROR_CONFIG on a database that a newer version made.
 */
gboolean migration_run(Db *db, const Migration *migrations, guint count, int *ret_from,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Does the steps after @from up to @to in @transaction, which the caller commits. */
gboolean migration_apply(DbTransaction *transaction, const Migration *migrations, int from, int to,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The step that the database of @transaction has seen last; 0 when it has seen none. */
gboolean migration_level(DbTransaction *transaction, int *ret_level,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
