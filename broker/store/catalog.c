/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/store/catalog.h"

#include "broker/store/row.h"

#include <string.h>

#define MIGRATIONS "schema_migration"

static void
column_free(CatalogColumn *column)
{
  g_free(column->name);
  g_free(column);
}

static void
table_free(CatalogTable *table)
{
  g_free(table->name);
  g_clear_pointer(&table->columns, g_ptr_array_unref);
  g_strfreev(table->parents);
  g_free(table);
}

static const CatalogStatements *
statements(DbTransaction *transaction)
{
  return db_transaction_engine(transaction) == DB_POSTGRES ? &catalog_postgres_statements
                                                           : &catalog_sqlite_statements;
}

static gpointer
read_column(DbQuery *query)
{
  CatalogColumn *column = g_new0(CatalogColumn, 1);
  column->name = g_strdup(db_text(query, 0));
  g_autofree char *type = g_ascii_strdown(db_text(query, 1), -1);
  column->is_number = strstr(type, "int") != NULL;
  column->key = (int)db_int(query, 2);
  return column;
}

static CatalogTable *
read_table(DbTransaction *transaction, const char *name, GError **error)
{
  const CatalogStatements *sql = statements(transaction);
  CatalogTable *table = g_new0(CatalogTable, 1);
  table->name = g_strdup(name);
  table->columns = row_all(db_query(transaction, error, sql->columns, "s", name), read_column,
                           (GDestroyNotify)column_free, error);
  if (table->columns != NULL)
    table->parents = row_texts(db_query(transaction, error, sql->parents, "s", name), error);
  if (table->parents != NULL)
    return table;
  table_free(table);
  return NULL;
}

const CatalogTable *
catalog_find(GPtrArray *tables, const char *name)
{
  for (guint i = 0; i < tables->len; i++)
    if (g_str_equal(((CatalogTable *)g_ptr_array_index(tables, i))->name, name))
      return g_ptr_array_index(tables, i);
  return NULL;
}

static gboolean
has_all_parents(GPtrArray *tables, const CatalogTable *table)
{
  for (char **parent = table->parents; *parent != NULL; parent++)
    if (!g_str_equal(*parent, table->name) && catalog_find(tables, *parent) == NULL)
      return FALSE;
  return TRUE;
}

/* Moves one table from @rest to @ordered whose parents are all there; tables never refer to each other in a
 * circle. */
static gboolean
move_next(GPtrArray *rest, GPtrArray *ordered)
{
  for (guint i = 0; i < rest->len; i++)
    if (has_all_parents(ordered, g_ptr_array_index(rest, i))) {
      g_ptr_array_add(ordered, g_ptr_array_steal_index(rest, i));
      return TRUE;
    }
  return FALSE;
}

GPtrArray *
catalog_read(DbTransaction *transaction, GError **error)
{
  g_auto(GStrv) names = row_texts(db_query(transaction, error, statements(transaction)->tables, ""), error);
  if (names == NULL)
    return NULL;
  g_autoptr(GPtrArray) rest = g_ptr_array_new_with_free_func((GDestroyNotify)table_free);
  for (char **name = names; *name != NULL; name++) {
    if (g_str_equal(*name, MIGRATIONS))
      continue;
    CatalogTable *table = read_table(transaction, *name, error);
    if (table == NULL)
      return NULL;
    g_ptr_array_add(rest, table);
  }
  GPtrArray *ordered = g_ptr_array_new_with_free_func((GDestroyNotify)table_free);
  while (move_next(rest, ordered))
    ;
  return ordered;
}

gboolean
catalog_set_counter(DbTransaction *transaction, const char *table, gint64 number, GError **error)
{
  for (const char *const *sql = statements(transaction)->set_counter; *sql != NULL; sql++)
    if (db_run(transaction, error, *sql, "sl", table, number) < 0)
      return FALSE;
  return TRUE;
}
