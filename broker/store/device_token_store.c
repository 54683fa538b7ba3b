/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/store/device_token_store.h"

#include "broker/store/row.h"

gboolean
device_token_store_add(DbTransaction *transaction, const char *token_hash, const char *user_id, gint64 now_us,
                       gint64 expires_us, GError **error)
{
  return db_run(
             transaction, error,
             "INSERT INTO device_token (token_hash, account_id, created_us, expires_us, failures, failed_us)"
             " VALUES (?, ?, ?, ?, 0, 0)",
             "ssll", token_hash, user_id, now_us, expires_us) == 1;
}

static gpointer
read_device(DbQuery *query)
{
  DeviceTokenRow *row = g_new0(DeviceTokenRow, 1);
  row->token_hash = g_strdup(db_text(query, 0));
  row->user_id = g_strdup(db_text(query, 1));
  row->user_name = g_strdup(db_text(query, 2));
  row->created_us = db_int(query, 3);
  row->expires_us = db_int(query, 4);
  row->failures = (guint)db_int(query, 5);
  row->failed_us = db_int(query, 6);
  return row;
}

DeviceTokenRow *
device_token_store_find(DbTransaction *transaction, const char *token_hash, GError **error)
{
  return row_one(db_query(transaction, error,
                          "SELECT d.token_hash, d.account_id, a.name, d.created_us, d.expires_us, d.failures,"
                          " d.failed_us FROM device_token d JOIN account a ON a.id = d.account_id"
                          " WHERE d.token_hash = ?",
                          "s", token_hash),
                 read_device, "such device token", error);
}

/* By the database, so that none of many at once is lost. */
gboolean
device_token_store_failed(DbTransaction *transaction, const char *token_hash, gint64 now_us, gint64 since_us,
                          gint64 till_us, GError **error)
{
  return db_run(transaction, error,
                "UPDATE device_token SET failures = CASE WHEN failed_us <= ? OR failed_us > ? THEN 1"
                " WHEN failures < 65535 THEN failures + 1 ELSE failures END, failed_us = ?"
                " WHERE token_hash = ?",
                "llls", since_us, till_us, now_us, token_hash) >= 0;
}

gboolean
device_token_store_remove(DbTransaction *transaction, const char *token_hash, const char *user_id,
                          GError **error)
{
  return db_run(transaction, error, "DELETE FROM device_token WHERE token_hash = ? AND account_id = ?", "ss",
                token_hash, user_id) >= 0;
}

gboolean
device_token_store_keep_newest(DbTransaction *transaction, const char *user_id, guint keep, GError **error)
{
  return db_run(transaction, error,
                "DELETE FROM device_token WHERE account_id = ? AND token_hash NOT IN"
                " (SELECT token_hash FROM device_token WHERE account_id = ?"
                "  ORDER BY created_us DESC, token_hash LIMIT ?)",
                "ssi", user_id, user_id, (int)keep) >= 0;
}

gboolean
device_token_store_remove_expired(DbTransaction *transaction, gint64 now_us, GError **error)
{
  return db_run(transaction, error, "DELETE FROM device_token WHERE expires_us <= ?", "l", now_us) >= 0;
}

void
device_token_row_free(DeviceTokenRow *row)
{
  if (row == NULL)
    return;
  g_free(row->token_hash);
  g_free(row->user_id);
  g_free(row->user_name);
  g_free(row);
}
