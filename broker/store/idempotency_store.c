/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/store/idempotency_store.h"

#include "broker/store/row.h"

gboolean
idempotency_store_add(DbTransaction *transaction, const char *user_id, const char *key, const char *pool_id,
                      const char *session_id, gint64 now_us, GError **error)
{
  return db_run_later(transaction, NULL, error,
                      "INSERT INTO idempotency_key (account_id, key, pool_id, session_id, created_us)"
                      " VALUES (?, ?, ?, ?, ?)",
                      "ssssl", user_id, key, pool_id, session_id, now_us);
}

static gpointer
read_key(DbQuery *query)
{
  IdempotencyRow *row = g_new0(IdempotencyRow, 1);
  row->pool_id = g_strdup(db_text(query, 0));
  row->session_id = g_strdup(db_text(query, 1));
  return row;
}

IdempotencyRow *
idempotency_store_find(DbTransaction *transaction, const char *user_id, const char *key, GError **error)
{
  return row_one(db_query(transaction, error,
                          "SELECT pool_id, session_id FROM idempotency_key WHERE account_id = ? AND key = ?",
                          "ss", user_id, key),
                 read_key, "such key", error);
}

gboolean
idempotency_store_remove_old(DbTransaction *transaction, gint64 before_us, GError **error)
{
  return db_run(transaction, error, "DELETE FROM idempotency_key WHERE created_us < ?", "l", before_us) >= 0;
}

void
idempotency_row_free(IdempotencyRow *row)
{
  if (row == NULL)
    return;
  g_free(row->pool_id);
  g_free(row->session_id);
  g_free(row);
}
