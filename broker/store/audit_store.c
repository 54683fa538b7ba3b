/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/store/audit_store.h"

#include "broker/store/row.h"

#define COLUMNS "id, time_us, actor, action, object, succeeded, code, detail, address, broker, repeats"

static gpointer
read_entry(DbQuery *query)
{
  AuditEntry *entry = g_new0(AuditEntry, 1);
  entry->id = db_int(query, 0);
  entry->time_us = db_int(query, 1);
  entry->actor = g_strdup(db_text(query, 2));
  entry->action = g_strdup(db_text(query, 3));
  entry->object = g_strdup(db_text(query, 4));
  entry->succeeded = db_int(query, 5) != 0;
  entry->code = g_strdup(db_text(query, 6));
  entry->detail = g_strdup(db_text(query, 7));
  entry->address = g_strdup(db_text(query, 8));
  entry->broker = g_strdup(db_text(query, 9));
  entry->count = db_int(query, 10);
  return entry;
}

gboolean
audit_store_add(DbTransaction *transaction, const AuditEntry *entry, GError **error)
{
  return db_run_later(transaction, NULL, error,
                      "INSERT INTO audit (time_us, actor, action, object, succeeded, code, detail, address,"
                      " broker, repeats) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                      "lsssissssl", entry->time_us, entry->actor, entry->action, entry->object,
                      entry->succeeded, entry->code, entry->detail, entry->address,
                      db_transaction_writer(transaction), MAX(entry->count, 1));
}

GPtrArray *
audit_store_recent(DbTransaction *transaction, const char *action, gint64 since_us, guint limit,
                   GError **error)
{
  return row_all(db_query(transaction, error,
                          "SELECT " COLUMNS " FROM (SELECT * FROM audit ORDER BY id DESC LIMIT ?) AS newest"
                          " WHERE action = ? AND time_us >= ? ORDER BY id",
                          "isl", (int)limit, action, since_us),
                 read_entry, (GDestroyNotify)audit_entry_free, error);
}

static char *
entry_key(gpointer entry)
{
  return g_strdup_printf("%" G_GINT64_FORMAT, ((AuditEntry *)entry)->id);
}

/* Indexes for what may be asked would be written at each assignment; instead so many rows are looked at for
 * one page, newest first, and the next page goes on where that ended. */
#define ROWS_LOOKED_AT 20000

static const char list_sql[] =
    "SELECT " COLUMNS " FROM (SELECT * FROM audit WHERE id < ? ORDER BY id DESC LIMIT ?) AS newest"
    " WHERE (? IS NULL OR actor = ?) AND (? IS NULL OR action = ?) AND (? IS NULL OR object = ?)"
    " AND (? IS NULL OR code = ?) AND (? IS NULL OR LOWER(object) LIKE ? ESCAPE '!'"
    " OR LOWER(detail) LIKE ? ESCAPE '!') AND (? < 0 OR succeeded = ?) AND time_us >= ? AND time_us <= ?"
    " ORDER BY id DESC LIMIT ?";

/* What LIKE takes for "somewhere in it". */
static char *
pattern_of(const char *text)
{
  if (text == NULL)
    return NULL;
  g_autofree char *lower = g_ascii_strdown(text, -1);
  g_autoptr(GString) pattern = g_string_new("%");
  for (const char *letter = lower; *letter != '\0'; letter++) {
    if (*letter == '%' || *letter == '_' || *letter == '!')
      g_string_append_c(pattern, '!');
    g_string_append_c(pattern, *letter);
  }
  g_string_append_c(pattern, '%');
  return g_strdup(pattern->str);
}

/* The id of the last row that was looked at; 0 when these were all. */
static gboolean
find_end(DbTransaction *transaction, gint64 before, gint64 *ret_end, GError **error)
{
  return row_number(db_query(transaction, error,
                             "SELECT CASE WHEN COUNT(*) < ? THEN 0 ELSE MIN(id) END"
                             " FROM (SELECT id FROM audit WHERE id < ? ORDER BY id DESC LIMIT ?) AS newest",
                             "ili", ROWS_LOOKED_AT, before, ROWS_LOOKED_AT),
                    ret_end, error);
}

GPtrArray *
audit_store_find(DbTransaction *transaction, const AuditFilter *filter, const Page *page, char **ret_next,
                 GError **error)
{
  gint64 before = page->cursor == NULL ? G_MAXINT64 : g_ascii_strtoll(page->cursor, NULL, 10), end;
  g_autofree char *pattern = pattern_of(filter->text);
  GPtrArray *rows =
      row_page(row_all(db_query(transaction, error, list_sql, "lissssssssssslllli", before, ROWS_LOOKED_AT,
                                filter->actor, filter->actor, filter->action, filter->action, filter->object,
                                filter->object, filter->code, filter->code, pattern, pattern, pattern,
                                (gint64)filter->succeeded, (gint64)filter->succeeded, filter->from_us,
                                filter->to_us, row_limit(page)),
                       read_entry, (GDestroyNotify)audit_entry_free, error),
               page, entry_key, ret_next);
  if (rows == NULL || *ret_next != NULL)
    return rows;
  if (!find_end(transaction, before, &end, error)) {
    g_ptr_array_unref(rows);
    return NULL;
  }
  *ret_next = end > 0 ? g_strdup_printf("%" G_GINT64_FORMAT, end) : NULL;
  return rows;
}

GPtrArray *
audit_store_list(DbTransaction *transaction, const Page *page, char **ret_next, GError **error)
{
  g_autofree char *next = NULL;
  GPtrArray *rows = audit_store_find(transaction, &AUDIT_FILTER_ALL, page, &next, error);
  if (ret_next != NULL)
    *ret_next = g_steal_pointer(&next);
  return rows;
}

GPtrArray *
audit_store_of_broker(DbTransaction *transaction, const char *broker, gint64 after_id, gint64 up_to_id,
                      guint limit, GError **error)
{
  return row_all(db_query(transaction, error,
                          "SELECT " COLUMNS " FROM audit WHERE broker = ? AND id > ? AND id <= ?"
                          " ORDER BY id LIMIT ?",
                          "slli", broker, after_id, up_to_id, (int)limit),
                 read_entry, (GDestroyNotify)audit_entry_free, error);
}

gboolean
audit_store_next_broker(DbTransaction *transaction, const char *after, char **ret_broker, GError **error)
{
  g_autoptr(DbQuery) query =
      db_query(transaction, error, "SELECT MIN(broker) FROM audit WHERE broker > ?", "s", after);
  gboolean has_row;
  if (query == NULL || !db_next(query, &has_row, error))
    return FALSE;
  *ret_broker = has_row ? g_strdup(db_text(query, 0)) : NULL;
  return TRUE;
}

gboolean
audit_store_count_after(DbTransaction *transaction, const char *broker, gint64 after_id, gint64 *ret_count,
                        GError **error)
{
  return row_number(db_query(transaction, error, "SELECT COUNT(*) FROM audit WHERE broker = ? AND id > ?",
                             "sl", broker, after_id),
                    ret_count, error);
}
