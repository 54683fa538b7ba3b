/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/db/migration.h"

#include "common/base/error.h"

static gboolean
read_number(DbTransaction *transaction, const char *sql, int *ret_number, GError **error)
{
  g_autoptr(DbQuery) query = db_query(transaction, error, sql, "");
  gboolean row;
  if (query == NULL || !db_next(query, &row, error))
    return FALSE;
  *ret_number = (int)db_int(query, 0);
  return TRUE;
}

static const char *
table_sql(DbTransaction *transaction)
{
  return db_transaction_engine(transaction) == DB_POSTGRES
             ? "SELECT COUNT(*) FROM information_schema.tables"
               " WHERE table_schema = current_schema() AND table_name = 'schema_migration'"
             : "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = 'schema_migration'";
}

gboolean
migration_level(DbTransaction *transaction, int *ret_level, GError **error)
{
  int tables;
  if (!read_number(transaction, table_sql(transaction), &tables, error))
    return FALSE;
  if (tables > 0)
    return read_number(transaction, "SELECT COALESCE(MAX(number), 0) FROM schema_migration", ret_level,
                       error);
  *ret_level = 0;
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
run_whole(DbTransaction *transaction, const Migration *migration, GError **error)
{
  const char *const *statements =
      db_transaction_engine(transaction) == DB_POSTGRES ? migration->postgres : migration->sqlite;
  for (; statements != NULL && *statements != NULL; statements++)
    if (db_run(transaction, error, *statements, "") < 0)
      return FALSE;
  return TRUE;
}

static gboolean
check_level(int level, guint count, GError **error)
{
  if (level <= (int)count)
    return TRUE;
  g_set_error(
      error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG,
      "The database has schema %d, made by a newer version; this one knows %u. Install that version again.",
      level, count);
  return FALSE;
}

static gboolean
do_step(DbTransaction *transaction, const Migration *migration, GError **error)
{
  static const char table[] =
      "CREATE TABLE IF NOT EXISTS schema_migration (number INTEGER PRIMARY KEY, name TEXT NOT NULL)";
  if (db_run(transaction, error, table, "") >= 0 && run_statements(transaction, migration->sql, error) &&
      run_whole(transaction, migration, error) &&
      db_run(transaction, error, "INSERT INTO schema_migration (number, name) VALUES (?, ?)", "is",
             migration->number, migration->name) == 1)
    return TRUE;
  g_prefix_error(error, "Schema step %d (%s) failed and was undone: ", migration->number, migration->name);
  return FALSE;
}

gboolean
migration_apply(DbTransaction *transaction, const Migration *migrations, int from, int to, GError **error)
{
  for (int level = from; level < to; level++)
    if (!do_step(transaction, &migrations[level], error))
      return FALSE;
  return TRUE;
}

/* Does one step, if any is left. The writer's turn keeps other brokers out, so that the level still holds
 * when the step is done. */
static gboolean
do_next(Db *db, const Migration *migrations, guint count, int *ret_level, GError **error)
{
  g_autoptr(DbTransaction) transaction = db_begin(db, DB_WRITE, error);
  int level;
  if (transaction == NULL || !db_be_patient(transaction, error) ||
      !migration_level(transaction, &level, error) || !check_level(level, count, error))
    return FALSE;
  if (level < (int)count && !migration_apply(transaction, migrations, level, level + 1, error))
    return FALSE;
  if (!db_commit(transaction, error))
    return FALSE;
  *ret_level = level;
  return TRUE;
}

gboolean
migration_run(Db *db, const Migration *migrations, guint count, int *ret_from, GError **error)
{
  int first;
  if (!do_next(db, migrations, count, &first, error))
    return FALSE;
  for (int level = first; level < (int)count;)
    if (!do_next(db, migrations, count, &level, error))
      return FALSE;
  if (ret_from != NULL)
    *ret_from = first;
  return TRUE;
}
