/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/store/sign_in_store.h"

#include "broker/store/row.h"

#define COLUMNS "token_hash, account_id, address, method, client, created_us, used_us, expires_us, factor_us"

static gpointer
read_sign_in(DbQuery *query)
{
  SignInRow *row = g_new0(SignInRow, 1);
  row->token_hash = g_strdup(db_text(query, 0));
  row->user_id = g_strdup(db_text(query, 1));
  row->address = g_strdup(db_text(query, 2));
  row->method = g_strdup(db_text(query, 3));
  row->client = g_strdup(db_text(query, 4));
  row->created_us = db_int(query, 5);
  row->used_us = db_int(query, 6);
  row->expires_us = db_int(query, 7);
  row->factor_us = db_int(query, 8);
  return row;
}

gboolean
sign_in_store_add(DbTransaction *transaction, const SignInRow *row, GError **error)
{
  return db_run(transaction, error, "INSERT INTO sign_in (" COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                "sssssllll", row->token_hash, row->user_id, row->address, row->method, row->client,
                row->created_us, row->created_us, row->expires_us, row->factor_us) == 1;
}

gboolean
sign_in_store_prove(DbTransaction *transaction, const char *token_hash, gint64 now_us, GError **error)
{
  return row_changed(db_run(transaction, error, "UPDATE sign_in SET factor_us = ? WHERE token_hash = ?", "ls",
                            now_us, token_hash),
                     "such sign-in", error);
}

SignInRow *
sign_in_store_find(DbTransaction *transaction, const char *token_hash, GError **error)
{
  return row_one(
      db_query(transaction, error, "SELECT " COLUMNS " FROM sign_in WHERE token_hash = ?", "s", token_hash),
      read_sign_in, "such sign-in", error);
}

GPtrArray *
sign_in_store_of_user(DbTransaction *transaction, const char *user_id, GError **error)
{
  return row_all(db_query(transaction, error,
                          "SELECT " COLUMNS " FROM sign_in WHERE account_id = ?"
                          " ORDER BY used_us DESC, created_us DESC, token_hash",
                          "s", user_id),
                 read_sign_in, (GDestroyNotify)sign_in_row_free, error);
}

gboolean
sign_in_store_touch(DbTransaction *transaction, const char *token_hash, gint64 now_us, GError **error)
{
  return db_run(transaction, error, "UPDATE sign_in SET used_us = ? WHERE token_hash = ?", "ls", now_us,
                token_hash) >= 0;
}

gboolean
sign_in_store_remove(DbTransaction *transaction, const char *token_hash, GError **error)
{
  return db_run(transaction, error, "DELETE FROM sign_in WHERE token_hash = ?", "s", token_hash) >= 0;
}

gboolean
sign_in_store_remove_of_user(DbTransaction *transaction, const char *user_id, const char *keep_hash,
                             GError **error)
{
  return db_run(transaction, error, "DELETE FROM sign_in WHERE account_id = ? AND token_hash <> ?", "ss",
                user_id, keep_hash != NULL ? keep_hash : "") >= 0;
}

gboolean
sign_in_store_remove_expired(DbTransaction *transaction, gint64 now_us, gint64 idle_since_us, GError **error)
{
  return db_run(transaction, error, "DELETE FROM sign_in WHERE expires_us <= ? OR used_us < ?", "ll", now_us,
                idle_since_us) >= 0;
}

void
sign_in_row_free(SignInRow *row)
{
  if (row == NULL)
    return;
  g_free(row->token_hash);
  g_free(row->user_id);
  g_free(row->address);
  g_free(row->method);
  g_free(row->client);
  g_free(row);
}
