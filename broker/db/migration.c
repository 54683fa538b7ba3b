/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/db/migration.h"

#include "common/base/error.h"

static gboolean
read_level(DbTransaction *transaction, int *ret_level, GError **error)
{
  if (db_run(transaction, error,
             "CREATE TABLE IF NOT EXISTS schema_migration (number INTEGER PRIMARY KEY, name TEXT NOT NULL)",
             "") < 0)
    return FALSE;
  g_autoptr(DbQuery) query =
      db_query(transaction, error, "SELECT COALESCE(MAX(number), 0) FROM schema_migration", "");
  gboolean row;
  if (query == NULL || !db_next(query, &row, error))
    return FALSE;
  *ret_level = (int)db_int(query, 0);
  return TRUE;
}

static gboolean
run_statements(DbTransaction *transaction, const char *sql, GError **error)
{
  g_auto(GStrv) statements = g_strsplit(sql, ";", -1);
  for (guint i = 0; statements[i] != NULL; i++)
    if (*g_strstrip(statements[i]) != '\0' && db_run(transaction, error, statements[i], "") < 0)
      return FALSE;
  return TRUE;
}

static gboolean
run_one(Db *db, const Migration *migration, GError **error)
{
  g_autoptr(DbTransaction) transaction = db_begin(db, DB_WRITE, error);
  return transaction != NULL && run_statements(transaction, migration->sql, error) &&
         db_run(transaction, error, "INSERT INTO schema_migration (number, name) VALUES (?, ?)", "is",
                migration->number, migration->name) == 1 &&
         db_commit(transaction, error);
}

static gboolean
find_level(Db *db, int *ret_level, GError **error)
{
  g_autoptr(DbTransaction) transaction = db_begin(db, DB_WRITE, error);
  return transaction != NULL && read_level(transaction, ret_level, error) && db_commit(transaction, error);
}

gboolean
migration_run(Db *db, const Migration *migrations, guint count, GError **error)
{
  int level;
  if (!find_level(db, &level, error))
    return FALSE;
  if (level > (int)count) {
    g_set_error(
        error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG,
        "The database has schema %d, made by a newer version; this one knows %u. Install that version again.",
        level, count);
    return FALSE;
  }
  for (guint i = (guint)level; i < count; i++) {
    if (run_one(db, &migrations[i], error))
      continue;
    g_prefix_error(error, "Schema step %d (%s) failed and was undone: ", migrations[i].number,
                   migrations[i].name);
    return FALSE;
  }
  return TRUE;
}
