/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/store/console_password_store.h"

#include "broker/store/row.h"

gboolean
console_password_store_add(DbTransaction *transaction, const char *password_hash, const char *session_id,
                           const char *viewer, gint64 expires_us, GError **error)
{
  return db_run(transaction, error,
                "INSERT INTO console_password (password_hash, session_id, viewer, expires_us, used)"
                " VALUES (?, ?, ?, ?, 0)",
                "sssl", password_hash, session_id, viewer, expires_us) == 1;
}

static gpointer
read_password(DbQuery *query)
{
  ConsolePasswordRow *row = g_new0(ConsolePasswordRow, 1);
  row->session_id = g_strdup(db_text(query, 0));
  row->viewer = g_strdup(db_text(query, 1));
  row->expires_us = db_int(query, 2);
  row->used = db_int(query, 3) != 0;
  return row;
}

ConsolePasswordRow *
console_password_store_find(DbTransaction *transaction, const char *password_hash, GError **error)
{
  return row_one(
      db_query(transaction, error,
               "SELECT session_id, viewer, expires_us, used FROM console_password WHERE password_hash = ?",
               "s", password_hash),
      read_password, "such console password", error);
}

gboolean
console_password_store_spend(DbTransaction *transaction, const char *password_hash, gboolean *ret_spent,
                             GError **error)
{
  gint64 spent =
      db_run(transaction, error, "UPDATE console_password SET used = 1 WHERE password_hash = ? AND used = 0",
             "s", password_hash);
  if (spent < 0)
    return FALSE;
  *ret_spent = spent == 1;
  return TRUE;
}

gboolean
console_password_store_remove_of_device(DbTransaction *transaction, const char *device, GError **error)
{
  return db_run(transaction, error,
                "DELETE FROM console_password WHERE used = 0 AND session_id IN"
                " (SELECT id FROM session WHERE device = ? AND state <> 'ended')",
                "s", device) >= 0;
}

gboolean
console_password_store_remove_expired(DbTransaction *transaction, gint64 before_us, GError **error)
{
  return db_run(transaction, error, "DELETE FROM console_password WHERE expires_us < ?", "l", before_us) >= 0;
}

void
console_password_row_free(ConsolePasswordRow *row)
{
  if (row == NULL)
    return;
  g_free(row->session_id);
  g_free(row->viewer);
  g_free(row);
}
