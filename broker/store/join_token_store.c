/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/store/join_token_store.h"

gboolean
join_token_store_add(DbTransaction *transaction, const char *token_hash, const char *role, gint64 expires_us,
                     GError **error)
{
  return db_run(transaction, error, "INSERT INTO join_token (token_hash, role, expires_us) VALUES (?, ?, ?)",
                "ssl", token_hash, role, expires_us) == 1;
}

gboolean
join_token_store_take(DbTransaction *transaction, const char *token_hash, const char *role, gint64 now_us,
                      gboolean *ret_taken, GError **error)
{
  gint64 taken = db_run(transaction, error,
                        "DELETE FROM join_token WHERE token_hash = ? AND role = ? AND expires_us > ?", "ssl",
                        token_hash, role, now_us);
  if (taken < 0)
    return FALSE;
  *ret_taken = taken == 1;
  return TRUE;
}

gboolean
join_token_store_remove_expired(DbTransaction *transaction, gint64 now_us, GError **error)
{
  return db_run(transaction, error, "DELETE FROM join_token WHERE expires_us <= ?", "l", now_us) >= 0;
}
