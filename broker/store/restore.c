/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/store/restore.h"

#include "broker/db/migration.h"
#include "broker/store/backup_file.h"
#include "broker/store/catalog.h"
#include "broker/store/restore_settle.h"
#include "broker/store/schema.h"
#include "common/base/error.h"
#include "common/base/json.h"

#define COLUMNS_MAX    100
#define TABLE_NAME_MAX 63

/* The table whose rows come now. */
typedef struct {
  DbTransaction *transaction;
  GPtrArray *tables;
  char *sql; /* nullable: no table was named yet */
  GString *types;
  guint columns;
  guint64 rows;
} Filling;

static void
filling_clear(Filling *filling)
{
  g_clear_pointer(&filling->tables, g_ptr_array_unref);
  g_free(filling->sql);
  g_string_free(filling->types, TRUE);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Filling, filling_clear)

static gboolean
is_strange(const char *path, GError **error)
{
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_MALFORMED,
              "%s is no backup of a broker, or holds what this version does not know; nothing was changed.",
              path);
  return FALSE;
}

static gboolean
read_header(BackupReader *reader, const char *path, BackupSummary *summary, GError **error)
{
  g_autoptr(JsonObject) line = NULL;
  gint64 format;
  gint64 schema;
  if (!backup_reader_next(reader, &line, error))
    return FALSE;
  if (line == NULL || !json_get_int(line, "caraway_backup", 1, G_MAXINT, &format, NULL) ||
      !json_get_int(line, "schema", 1, G_MAXINT, &schema, NULL) ||
      !json_get_int(line, "made_us", 0, G_MAXINT64, &summary->made_us, NULL))
    return is_strange(path, error);
  summary->schema = (int)schema;
  if (format == BACKUP_FORMAT && schema <= schema_number())
    return TRUE;
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG,
              "%s was made by a newer version (schema %d, this one knows %d); restore it with that version.",
              path, summary->schema, schema_number());
  return FALSE;
}

/* All of the file, before a row is touched. */
static gboolean
verify(const char *path, BackupSummary *summary, GError **error)
{
  g_autoptr(BackupReader) reader = backup_reader_new(path, error);
  if (reader == NULL || !read_header(reader, path, summary, error))
    return FALSE;
  for (;;) {
    g_autoptr(JsonObject) line = NULL;
    if (!backup_reader_next(reader, &line, error))
      return FALSE;
    if (line == NULL)
      return TRUE;
  }
}

static const CatalogColumn *
find_column(const CatalogTable *table, const char *name)
{
  for (guint i = 0; i < table->columns->len; i++)
    if (g_strcmp0(((CatalogColumn *)g_ptr_array_index(table->columns, i))->name, name) == 0)
      return g_ptr_array_index(table->columns, i);
  return NULL;
}

/* Only names that the schema has come into the statement. */
static gboolean
begin_table(Filling *filling, JsonObject *line)
{
  const char *name = json_get_string(line, "table", TABLE_NAME_MAX, NULL);
  JsonArray *columns = json_get_array(line, "columns", COLUMNS_MAX, NULL);
  const CatalogTable *table = name != NULL ? catalog_find(filling->tables, name) : NULL;
  if (table == NULL || columns == NULL || json_array_get_length(columns) != table->columns->len)
    return FALSE;
  g_autoptr(GString) names = g_string_new(NULL);
  g_autoptr(GString) places = g_string_new(NULL);
  g_string_truncate(filling->types, 0);
  filling->columns = table->columns->len;
  for (guint i = 0; i < filling->columns; i++) {
    JsonNode *node = json_array_get_element(columns, i);
    const CatalogColumn *column =
        JSON_NODE_HOLDS_VALUE(node) ? find_column(table, json_node_get_string(node)) : NULL;
    if (column == NULL)
      return FALSE;
    g_string_append_printf(names, "%s%s", i > 0 ? ", " : "", column->name);
    g_string_append(places, i > 0 ? ", ?" : "?");
    g_string_append_c(filling->types, column->is_number ? 'l' : 's');
  }
  g_free(filling->sql);
  filling->sql = g_strdup_printf("INSERT INTO %s (%s) VALUES (%s)", table->name, names->str, places->str);
  return TRUE;
}

/* The text of a value; numbers are kept in @room. */
static gboolean
read_value(JsonNode *node, gboolean is_number, char *room, gsize size, const char **ret_text)
{
  if (JSON_NODE_HOLDS_NULL(node)) {
    *ret_text = NULL;
    return TRUE;
  }
  if (!JSON_NODE_HOLDS_VALUE(node) ||
      json_node_get_value_type(node) != (is_number ? G_TYPE_INT64 : G_TYPE_STRING))
    return FALSE;
  if (is_number)
    g_snprintf(room, (gulong)size, "%" G_GINT64_FORMAT, json_node_get_int(node));
  *ret_text = is_number ? room : json_node_get_string(node);
  return TRUE;
}

static gboolean
add_row(Filling *filling, JsonObject *line, const char *path, GError **error)
{
  char numbers[COLUMNS_MAX][24];
  const char *texts[COLUMNS_MAX];
  JsonArray *row = filling->sql != NULL ? json_get_array(line, "row", COLUMNS_MAX, NULL) : NULL;
  if (row == NULL || json_array_get_length(row) != filling->columns)
    return is_strange(path, error);
  for (guint i = 0; i < filling->columns; i++)
    if (!read_value(json_array_get_element(row, i), filling->types->str[i] == 'l', numbers[i],
                    sizeof numbers[i], &texts[i]))
      return is_strange(path, error);
  filling->rows++;
  return db_run_texts(filling->transaction, error, filling->sql, filling->types->str, texts);
}

static gboolean
fill(Filling *filling, BackupReader *reader, const char *path, BackupSummary *summary, GError **error)
{
  for (;;) {
    g_autoptr(JsonObject) line = NULL;
    if (!backup_reader_next(reader, &line, error))
      return FALSE;
    if (line == NULL)
      return TRUE;
    if (!json_object_has_member(line, "table")) {
      if (!add_row(filling, line, path, error))
        return FALSE;
    } else if (begin_table(filling, line)) {
      summary->tables++;
    } else {
      return is_strange(path, error);
    }
  }
}

static gboolean
check_empty(DbTransaction *transaction, GError **error)
{
  g_autoptr(GPtrArray) tables = catalog_read(transaction, error);
  if (tables == NULL)
    return FALSE;
  int level = 0;
  if (tables->len == 0 && migration_level(transaction, &level, error) && level == 0)
    return TRUE;
  g_set_error(
      error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT,
      "The database is not empty; a backup is restored into a new one only. Name another database, or move "
      "this one away.");
  return FALSE;
}

static gboolean
fill_tables(DbTransaction *transaction, const char *path, BackupSummary *summary, GError **error)
{
  g_auto(Filling) filling = {.transaction = transaction, .types = g_string_new(NULL)};
  g_autoptr(BackupReader) reader = backup_reader_new(path, error);
  BackupSummary again = {0};
  if (reader == NULL || !read_header(reader, path, &again, error))
    return FALSE;
  filling.tables = catalog_read(transaction, error);
  if (filling.tables == NULL || !fill(&filling, reader, path, summary, error))
    return FALSE;
  summary->rows = filling.rows;
  return again.schema == summary->schema || is_strange(path, error);
}

gboolean
restore_read(Db *db, const char *path, BackupSummary *ret_summary, GError **error)
{
  BackupSummary summary = {0};
  if (!verify(path, &summary, error))
    return FALSE;
  g_autoptr(DbTransaction) transaction = db_begin(db, DB_WRITE, error);
  if (transaction == NULL || !db_be_patient(transaction, error) || !check_empty(transaction, error) ||
      !schema_apply(transaction, 0, summary.schema, error) ||
      !fill_tables(transaction, path, &summary, error) ||
      !schema_apply(transaction, summary.schema, schema_number(), error) ||
      !restore_settle(transaction, &summary, error) || !db_commit(transaction, error))
    return FALSE;
  *ret_summary = summary;
  return TRUE;
}
