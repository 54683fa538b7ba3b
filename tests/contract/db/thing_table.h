/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the contract tests of the driver do with their one table, thing.
 */
#pragma once

#include "broker/db/migration.h"

/** Opens the database at @address on @clock and brings it to the last of @count @migrations. */
Db *thing_table_open(const char *address, const Clock *clock, const Migration *migrations, guint count);

/** How many rows the table has. */
gint64 thing_table_count(Db *db);
