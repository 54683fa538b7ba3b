/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/store/oidc_store.h"

#include "broker/store/row.h"

gboolean
oidc_store_begin(DbTransaction *transaction, const OidcBegun *row, GError **error)
{
  return db_run(transaction, error,
                "INSERT INTO oidc_begun (key_hash, authenticator, redirect_uri, address, client_port,"
                " client_challenge, expires_us) VALUES (?, ?, ?, ?, ?, ?, ?)",
                "ssssls"
                "l",
                row->key, row->authenticator, row->redirect_uri, row->address, row->client_port,
                row->client_challenge, row->expires_us) == 1;
}

gboolean
oidc_store_count(DbTransaction *transaction, const char *address, gint64 *ret_all, gint64 *ret_own,
                 GError **error)
{
  return row_number(db_query(transaction, error, "SELECT count(*) FROM oidc_begun", ""), ret_all, error) &&
         row_number(
             db_query(transaction, error, "SELECT count(*) FROM oidc_begun WHERE address = ?", "s", address),
             ret_own, error);
}

gboolean
oidc_store_give_way(DbTransaction *transaction, GError **error)
{
  return db_run(transaction, error,
                "DELETE FROM oidc_begun WHERE key_hash = (SELECT key_hash FROM oidc_begun WHERE address ="
                " (SELECT address FROM oidc_begun GROUP BY address ORDER BY COUNT(*) DESC, MIN(expires_us)"
                " LIMIT 1) ORDER BY expires_us, key_hash LIMIT 1)",
                "") >= 0;
}

static gpointer
read_begun(DbQuery *query)
{
  OidcBegun *row = g_new0(OidcBegun, 1);
  row->authenticator = g_strdup(db_text(query, 0));
  row->redirect_uri = g_strdup(db_text(query, 1));
  row->client_port = db_int(query, 2);
  row->client_challenge = g_strdup(db_text(query, 3));
  row->expires_us = db_int(query, 4);
  return row;
}

OidcBegun *
oidc_store_take(DbTransaction *transaction, const char *key, gint64 now_us, GError **error)
{
  g_autoptr(OidcBegun) row =
      row_one(db_query(transaction, error,
                       "SELECT authenticator, redirect_uri, client_port, client_challenge, expires_us"
                       " FROM oidc_begun WHERE key_hash = ? AND expires_us > ?",
                       "sl", key, now_us),
              read_begun, "such sign-in", error);
  gint64 changed =
      row != NULL ? db_run(transaction, error, "DELETE FROM oidc_begun WHERE key_hash = ?", "s", key) : 0;
  return row != NULL && row_changed(changed, "such sign-in", error) ? g_steal_pointer(&row) : NULL;
}

gboolean
oidc_store_finish(DbTransaction *transaction, const OidcFinished *row, GError **error)
{
  return db_run(transaction, error,
                "INSERT INTO oidc_finished (code_hash, challenge, account_id, method, second_factor,"
                " expires_us) VALUES (?, ?, ?, ?, ?, ?)",
                "ssssll", row->code_hash, row->challenge, row->user_id, row->method,
                (gint64)row->second_factor, row->expires_us) == 1;
}

static gpointer
read_finished(DbQuery *query)
{
  OidcFinished *row = g_new0(OidcFinished, 1);
  row->challenge = g_strdup(db_text(query, 0));
  row->user_id = g_strdup(db_text(query, 1));
  row->method = g_strdup(db_text(query, 2));
  row->second_factor = db_int(query, 3) != 0;
  row->expires_us = db_int(query, 4);
  return row;
}

OidcFinished *
oidc_store_fetch(DbTransaction *transaction, const char *code_hash, gint64 now_us, GError **error)
{
  g_autoptr(OidcFinished) row =
      row_one(db_query(transaction, error,
                       "SELECT challenge, account_id, method, second_factor, expires_us"
                       " FROM oidc_finished WHERE code_hash = ? AND expires_us > ?",
                       "sl", code_hash, now_us),
              read_finished, "such sign-in", error);
  gint64 changed = row != NULL ? db_run(transaction, error, "DELETE FROM oidc_finished WHERE code_hash = ?",
                                        "s", code_hash)
                               : 0;
  return row != NULL && row_changed(changed, "such sign-in", error) ? g_steal_pointer(&row) : NULL;
}

gboolean
oidc_store_remove_expired(DbTransaction *transaction, gint64 now_us, GError **error)
{
  return db_run(transaction, error, "DELETE FROM oidc_begun WHERE expires_us <= ?", "l", now_us) >= 0 &&
         db_run(transaction, error, "DELETE FROM oidc_finished WHERE expires_us <= ?", "l", now_us) >= 0;
}

void
oidc_begun_free(OidcBegun *row)
{
  if (row == NULL)
    return;
  g_free(row->key);
  g_free(row->authenticator);
  g_free(row->redirect_uri);
  g_free(row->address);
  g_free(row->client_challenge);
  g_free(row);
}

void
oidc_finished_free(OidcFinished *row)
{
  if (row == NULL)
    return;
  g_free(row->code_hash);
  g_free(row->challenge);
  g_free(row->user_id);
  g_free(row->method);
  g_free(row);
}
