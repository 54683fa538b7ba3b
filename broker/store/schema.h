/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables of the broker, as numbered migrations. Owns the schema; the stores own the statements on it.
 */
#pragma once

#include "broker/db/db.h"

/** Brings @db up to the schema of this version; errors as migration_run(). */
gboolean schema_update(Db *db, GError **error) G_GNUC_WARN_UNUSED_RESULT;
