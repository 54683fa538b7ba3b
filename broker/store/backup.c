/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/store/backup.h"

#include "broker/db/migration.h"
#include "broker/store/backup_file.h"
#include "broker/store/catalog.h"
#include "broker/store/row.h"
#include "common/base/error.h"
#include "common/base/json.h"

#include <string.h>

#define ROWS_AT_ONCE 500

typedef struct {
  const CatalogTable *table;
  GString *sql;
  char *types;
  GPtrArray *after; /* of the last row: what the next page begins after */
  guint offset;     /* where there is no key */
} Pages;

static void
pages_clear(Pages *pages)
{
  g_string_free(pages->sql, TRUE);
  g_free(pages->types);
  g_ptr_array_unref(pages->after);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Pages, pages_clear)

static const CatalogColumn *
column_at(const CatalogTable *table, guint at)
{
  return g_ptr_array_index(table->columns, at);
}

static const CatalogColumn *
key_at(const CatalogTable *table, int place)
{
  for (guint i = 0; i < table->columns->len; i++)
    if (column_at(table, i)->key == place)
      return column_at(table, i);
  return NULL;
}

/* Names of tables and columns are our own, from the schema. */
static void
append_columns(GString *sql, const CatalogTable *table)
{
  for (guint i = 0; i < table->columns->len; i++)
    g_string_append_printf(sql, "%s%s", i > 0 ? ", " : "", column_at(table, i)->name);
}

static guint
append_key(GString *sql, const CatalogTable *table)
{
  guint count = 0;
  for (const CatalogColumn *key; (key = key_at(table, (int)count + 1)) != NULL; count++)
    g_string_append_printf(sql, "%s%s", count > 0 ? ", " : "", key->name);
  return count;
}

/* A page goes on after the last key; a table without one has few rows, and is counted off. */
static void
pages_prepare(Pages *pages, gboolean is_first)
{
  const CatalogTable *table = pages->table;
  g_string_assign(pages->sql, "SELECT ");
  append_columns(pages->sql, table);
  g_string_append_printf(pages->sql, " FROM %s", table->name);
  g_clear_pointer(&pages->types, g_free);
  GString *types = g_string_new(NULL);
  g_autoptr(GString) key = g_string_new(NULL);
  guint count = append_key(key, table);
  if (count == 0)
    append_columns(key, table);
  if (count > 0 && !is_first) {
    g_string_append_printf(pages->sql, " WHERE (%s) > (", key->str);
    for (guint i = 0; i < count; i++) {
      g_string_append(pages->sql, i > 0 ? ", ?" : "?");
      g_string_append_c(types, key_at(table, (int)i + 1)->is_number ? 'l' : 's');
    }
    g_string_append_c(pages->sql, ')');
  }
  g_string_append_printf(pages->sql, " ORDER BY %s LIMIT %d", key->str, ROWS_AT_ONCE);
  if (count == 0)
    g_string_append_printf(pages->sql, " OFFSET %u", pages->offset);
  pages->types = g_string_free(types, FALSE);
}

static void
remember_key(Pages *pages, DbQuery *query)
{
  g_ptr_array_set_size(pages->after, 0);
  for (int place = 1; key_at(pages->table, place) != NULL; place++)
    for (guint i = 0; i < pages->table->columns->len; i++)
      if (column_at(pages->table, i)->key == place)
        g_ptr_array_add(pages->after, g_strdup(db_text(query, (int)i)));
}

static void
append_text(GString *line, const char *value)
{
  g_autofree char *valid =
      g_utf8_make_valid(value, -1); /* SQLite holds any bytes, a restore takes text only */
  g_string_append_c(line, '"');
  for (const char *text = valid; *text != '\0'; text++) {
    if (*text == '"' || *text == '\\')
      g_string_append_printf(line, "\\%c", *text);
    else if ((guchar)*text < 0x20)
      g_string_append_printf(line, "\\u%04x", (guint)(guchar)*text);
    else
      g_string_append_c(line, *text);
  }
  g_string_append_c(line, '"');
}

static gboolean
write_row(Pages *pages, DbQuery *query, BackupWriter *writer, GError **error)
{
  g_autoptr(GString) line = g_string_new("{\"row\":[");
  for (guint i = 0; i < pages->table->columns->len; i++) {
    const char *text = db_text(query, (int)i);
    if (i > 0)
      g_string_append_c(line, ',');
    if (text == NULL)
      g_string_append(line, "null");
    else if (column_at(pages->table, i)->is_number)
      g_string_append(line, text);
    else
      append_text(line, text);
  }
  g_string_append(line, "]}");
  return backup_writer_add(writer, line->str, error);
}

static gboolean
write_page(DbTransaction *transaction, Pages *pages, BackupWriter *writer, guint *ret_rows, GError **error)
{
  const char *const *after = (const char *const *)pages->after->pdata;
  g_autoptr(DbQuery) query = db_query_texts(transaction, error, pages->sql->str, pages->types, after);
  gboolean row;
  guint rows = 0;
  if (query == NULL)
    return FALSE;
  while (db_next(query, &row, error)) {
    if (!row) {
      *ret_rows = rows;
      return TRUE;
    }
    if (!write_row(pages, query, writer, error))
      return FALSE;
    rows++;
    if (rows == ROWS_AT_ONCE)
      remember_key(pages, query);
  }
  return FALSE;
}

static gboolean
write_table(DbTransaction *transaction, const CatalogTable *table, BackupWriter *writer, guint64 *rows,
            GError **error)
{
  g_auto(Pages) pages = {.table = table, .sql = g_string_new(NULL)};
  pages.after = g_ptr_array_new_with_free_func(g_free);
  g_autoptr(GString) line = g_string_new(NULL);
  g_string_printf(line, "{\"table\":\"%s\",\"columns\":[", table->name);
  for (guint i = 0; i < table->columns->len; i++)
    g_string_append_printf(line, "%s\"%s\"", i > 0 ? "," : "", column_at(table, i)->name);
  g_string_append(line, "]}");
  if (!backup_writer_add(writer, line->str, error))
    return FALSE;
  guint count = ROWS_AT_ONCE;
  for (gboolean is_first = TRUE; count == ROWS_AT_ONCE; is_first = FALSE) {
    pages_prepare(&pages, is_first);
    if (!write_page(transaction, &pages, writer, &count, error))
      return FALSE;
    pages.offset += count;
    *rows += count;
  }
  return TRUE;
}

static gboolean
write_header(const BackupSummary *summary, BackupWriter *writer, GError **error)
{
  g_autofree char *line =
      g_strdup_printf("{\"caraway_backup\":%d,\"schema\":%d,\"made_us\":%" G_GINT64_FORMAT "}", BACKUP_FORMAT,
                      summary->schema, summary->made_us);
  return backup_writer_add(writer, line, error);
}

static gboolean
check_level(int level, GError **error)
{
  if (level > 0)
    return TRUE;
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND,
              "This database has no tables of a broker; there is nothing to back up.");
  return FALSE;
}

gboolean
backup_write(Db *db, const char *path, BackupSummary *ret_summary, GError **error)
{
  g_autoptr(DbTransaction) transaction = db_begin(db, DB_READ, error);
  BackupSummary summary = {0};
  if (transaction == NULL || !db_be_patient(transaction, error) ||
      !migration_level(transaction, &summary.schema, error) || !check_level(summary.schema, error))
    return FALSE;
  summary.made_us = db_now_us(transaction);
  g_autoptr(GPtrArray) tables = catalog_read(transaction, error);
  g_autoptr(BackupWriter) writer = tables != NULL ? backup_writer_new(path, error) : NULL;
  if (writer == NULL || !write_header(&summary, writer, error))
    return FALSE;
  summary.tables = tables->len;
  for (guint i = 0; i < tables->len; i++)
    if (!write_table(transaction, g_ptr_array_index(tables, i), writer, &summary.rows, error))
      return FALSE;
  if (!backup_writer_finish(writer, error))
    return FALSE;
  *ret_summary = summary;
  return TRUE;
}
