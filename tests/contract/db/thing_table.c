/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/contract/db/thing_table.h"

#define CONNECTIONS 2

Db *
thing_table_open(const char *address, const Clock *clock, const Migration *migrations, guint count)
{
  g_autoptr(GError) error = NULL;
  Db *db = db_open(address, CONNECTIONS, clock, &error);
  g_assert_no_error(error);
  g_assert_true(migration_run(db, migrations, count, NULL, &error));
  g_assert_no_error(error);
  return db;
}

gint64
thing_table_count(Db *db)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(DbTransaction) transaction = db_begin(db, DB_READ, &error);
  g_autoptr(DbQuery) query = db_query(transaction, &error, "SELECT COUNT(*) FROM thing", "");
  gboolean row = FALSE;
  g_assert_true(db_next(query, &row, &error));
  g_assert_true(row);
  return db_int(query, 0);
}
