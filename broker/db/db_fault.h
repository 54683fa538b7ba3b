/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Faults on purpose, for tests: a database that fails or stands still at a step of the test's choosing,
 * whatever the engine. No program sets one.
 */
#pragma once

#include "broker/db/db.h"

typedef enum {
  DB_STEP_BEGIN,     /**< a transaction is about to begin; those who have not got their turn yet wait */
  DB_STEP_STATEMENT, /**< a statement is about to run */
  DB_STEP_COMMIT,    /**< a commit is about to be asked for: when this fails, nothing of it happened */
  DB_STEP_COMMITTED, /**< it is durable: when this fails, the answer was lost on its way */
} DbStep;

/** Called by the thread that takes @step. FALSE with @error makes it fail as the engine would; to stand
 * still, do not return. */
typedef gboolean (*DbFault)(DbStep step, DbMode mode, gpointer user_data, GError **error);

/** Has @fault (nullable: none) asked at every step of @db from now on. No transaction may be open. */
void db_set_fault(Db *db, DbFault fault, gpointer user_data);
