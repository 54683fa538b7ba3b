/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/store/access_token_store.h"

#include "broker/store/row.h"

#define COLUMNS "id, account_id, name, token_hash, scopes, created_us, used_us, expires_us, address"

static PermissionSet
read_scopes(const char *text)
{
  g_auto(GStrv) names = g_strsplit(text, " ", -1);
  PermissionSet scopes = 0;
  Permission permission;
  for (char **name = names; *name != NULL; name++)
    if (access_token_scope_from_name(*name, &permission))
      scopes |= PERMISSION_BIT(permission);
  return scopes;
}

static gpointer
read_token(DbQuery *query)
{
  AccessToken *token = g_new0(AccessToken, 1);
  token->id = g_strdup(db_text(query, 0));
  token->user_id = g_strdup(db_text(query, 1));
  token->name = g_strdup(db_text(query, 2));
  token->token_hash = g_strdup(db_text(query, 3));
  token->scopes = read_scopes(db_text(query, 4));
  token->created_us = db_int(query, 5);
  token->used_us = db_int(query, 6);
  token->expires_us = db_int(query, 7);
  token->address = g_strdup(db_text(query, 8));
  return token;
}

gboolean
access_token_store_add(DbTransaction *transaction, const AccessToken *token, GError **error)
{
  g_auto(GStrv) names = access_token_scope_names(token->scopes);
  g_autofree char *scopes = g_strjoinv(" ", names);
  return db_run(transaction, error,
                "INSERT INTO access_token (" COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", "sssssllls",
                token->id, token->user_id, token->name, token->token_hash, scopes, token->created_us,
                token->used_us, token->expires_us, token->address) == 1;
}

AccessToken *
access_token_store_find(DbTransaction *transaction, const char *token_hash, GError **error)
{
  return row_one(db_query(transaction, error, "SELECT " COLUMNS " FROM access_token WHERE token_hash = ?",
                          "s", token_hash),
                 read_token, "such access token", error);
}

GPtrArray *
access_token_store_of_user(DbTransaction *transaction, const char *user_id, GError **error)
{
  return row_all(db_query(transaction, error,
                          "SELECT " COLUMNS " FROM access_token WHERE account_id = ? ORDER BY name", "s",
                          user_id),
                 read_token, (GDestroyNotify)access_token_free, error);
}

gboolean
access_token_store_touch(DbTransaction *transaction, const char *token_hash, const char *address,
                         gint64 now_us, GError **error)
{
  return db_run(transaction, error, "UPDATE access_token SET used_us = ?, address = ? WHERE token_hash = ?",
                "lss", now_us, address, token_hash) >= 0;
}

gboolean
access_token_store_remove(DbTransaction *transaction, const char *token_hash, GError **error)
{
  return db_run(transaction, error, "DELETE FROM access_token WHERE token_hash = ?", "s", token_hash) >= 0;
}

gboolean
access_token_store_remove_expired(DbTransaction *transaction, gint64 before_us, GError **error)
{
  return db_run(transaction, error, "DELETE FROM access_token WHERE expires_us < ?", "l", before_us) >= 0;
}

gboolean
access_token_store_device_lives(DbTransaction *transaction, const char *token_hash, gboolean *ret_lives,
                                GError **error)
{
  gint64 count;
  if (!row_number(db_query(transaction, error,
                           "SELECT CASE WHEN EXISTS (SELECT 1 FROM sign_in WHERE token_hash = ?) THEN 1"
                           " WHEN EXISTS (SELECT 1 FROM access_token WHERE token_hash = ?) THEN 1"
                           " ELSE 0 END",
                           "ss", token_hash, token_hash),
                  &count, error))
    return FALSE;
  *ret_lives = count > 0;
  return TRUE;
}
