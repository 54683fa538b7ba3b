/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/store/sign_in_store.h"

#include "broker/store/row.h"

static gpointer
read_sign_in(DbQuery *query)
{
  SignInRow *row = g_new0(SignInRow, 1);
  row->user_id = g_strdup(db_text(query, 0));
  row->used_us = db_int(query, 1);
  row->expires_us = db_int(query, 2);
  return row;
}

gboolean
sign_in_store_add(DbTransaction *transaction, const char *token_hash, const char *user_id,
                  const char *address, gint64 now_us, gint64 expires_us, GError **error)
{
  return db_run(transaction, error,
                "INSERT INTO sign_in (token_hash, account_id, address, created_us, used_us, expires_us)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                "ssslll", token_hash, user_id, address, now_us, now_us, expires_us) == 1;
}

SignInRow *
sign_in_store_find(DbTransaction *transaction, const char *token_hash, GError **error)
{
  return row_one(db_query(transaction, error,
                          "SELECT account_id, used_us, expires_us FROM sign_in WHERE token_hash = ?", "s",
                          token_hash),
                 read_sign_in, "such sign-in", error);
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
  g_free(row->user_id);
  g_free(row);
}
