/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/store/count_store.h"

#include "broker/store/desktop_store.h"

static const char counts_sql[] = "SELECT (SELECT COUNT(*) FROM account), (SELECT COUNT(*) FROM pool),"
                                 " (SELECT COUNT(*) FROM host WHERE state = 'up'),"
                                 " (SELECT COUNT(*) FROM session WHERE state <> 'ended'),"
                                 " (SELECT COUNT(*) FROM session WHERE state = 'connected'),"
                                 " (SELECT COUNT(*) FROM outbox)";

gboolean
count_store_read(DbTransaction *transaction, CountRow *ret_row, GError **error)
{
  g_autoptr(DbQuery) query = db_query(transaction, error, counts_sql, "");
  gboolean row;
  if (query == NULL || !db_next(query, &row, error))
    return FALSE;
  ret_row->users = (guint64)db_int(query, 0);
  ret_row->pools = (guint64)db_int(query, 1);
  ret_row->hosts_up = (guint64)db_int(query, 2);
  ret_row->sessions = (guint64)db_int(query, 3);
  ret_row->consoles = (guint64)db_int(query, 4);
  ret_row->commands = (guint64)db_int(query, 5);
  return desktop_store_count(transaction, NULL, &ret_row->desktops, error);
}
