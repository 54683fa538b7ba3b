/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/store/audit_store.h"

#include "broker/store/row.h"

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
  return entry;
}

gboolean
audit_store_add(DbTransaction *transaction, const AuditEntry *entry, GError **error)
{
  return db_run_later(transaction, NULL, error,
                      "INSERT INTO audit (time_us, actor, action, object, succeeded, code, detail, address)"
                      " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                      "lsssisss", entry->time_us, entry->actor, entry->action, entry->object,
                      entry->succeeded, entry->code, entry->detail, entry->address);
}

GPtrArray *
audit_store_recent(DbTransaction *transaction, const char *action, gint64 since_us, guint limit,
                   GError **error)
{
  return row_all(db_query(transaction, error,
                          "SELECT id, time_us, actor, action, object, succeeded, code, detail, address"
                          " FROM (SELECT * FROM audit ORDER BY id DESC LIMIT ?) AS newest"
                          " WHERE action = ? AND time_us >= ? ORDER BY id",
                          "isl", (int)limit, action, since_us),
                 read_entry, (GDestroyNotify)audit_entry_free, error);
}

static char *
entry_key(gpointer entry)
{
  return g_strdup_printf("%" G_GINT64_FORMAT, ((AuditEntry *)entry)->id);
}

GPtrArray *
audit_store_list(DbTransaction *transaction, const Page *page, char **ret_next, GError **error)
{
  gint64 before = page->cursor == NULL ? G_MAXINT64 : g_ascii_strtoll(page->cursor, NULL, 10);
  return row_page(
      row_all(db_query(transaction, error,
                       "SELECT id, time_us, actor, action, object, succeeded, code, detail, address"
                       " FROM audit WHERE id < ? ORDER BY id DESC LIMIT ?",
                       "li", before, row_limit(page)),
              read_entry, (GDestroyNotify)audit_entry_free, error),
      page, entry_key, ret_next);
}
