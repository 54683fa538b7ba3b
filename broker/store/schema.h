/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables of the broker, as numbered migrations. Owns the schema; the stores own the statements on it.
 */
#pragma once

#include "broker/db/db.h"

/** The number of this version's schema. */
int schema_number(void);

/** Brings @db up to the schema of this version; @ret_from (nullable) and errors as migration_run(). */
gboolean schema_update(Db *db, int *ret_from, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Does the steps after @from up to @to in @transaction, which the caller commits. */
gboolean schema_apply(DbTransaction *transaction, int from, int to, GError **error) G_GNUC_WARN_UNUSED_RESULT;
