/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/store/second_factor_store.h"

#include "broker/store/row.h"

static gpointer
read_factor(DbQuery *query)
{
  SecondFactor *factor = g_new0(SecondFactor, 1);
  factor->sealed = g_strdup(db_text(query, 0));
  factor->since_us = db_int(query, 1);
  factor->last_step = db_int(query, 2);
  factor->drift = db_int(query, 3);
  factor->draft = g_strdup(db_text(query, 4));
  factor->draft_us = db_int(query, 5);
  return factor;
}

SecondFactor *
second_factor_store_find(DbTransaction *transaction, const char *account_id, GError **error)
{
  return row_one(db_query(transaction, error,
                          "SELECT sealed, since_us, last_step, drift, draft, draft_us FROM second_factor"
                          " WHERE account_id = ?",
                          "s", account_id),
                 read_factor, "second factor", error);
}

gboolean
second_factor_store_draft(DbTransaction *transaction, const char *account_id, const char *sealed,
                          gint64 now_us, GError **error)
{
  return db_run(
             transaction, error,
             "INSERT INTO second_factor (account_id, draft, draft_us) VALUES (?, ?, ?)"
             " ON CONFLICT (account_id) DO UPDATE SET draft = excluded.draft, draft_us = excluded.draft_us",
             "ssl", account_id, sealed, now_us) == 1;
}

gboolean
second_factor_store_confirm(DbTransaction *transaction, const char *account_id, const char *sealed,
                            gint64 step, gint64 drift, gint64 now_us, gboolean *ret_done, GError **error)
{
  gint64 changed = db_run(transaction, error,
                          "UPDATE second_factor SET sealed = draft, since_us = ?, last_step = ?, drift = ?,"
                          " draft = '', draft_us = 0 WHERE account_id = ? AND draft = ?",
                          "lllss", now_us, step, drift, account_id, sealed);
  *ret_done = changed == 1;
  return changed >= 0;
}

gboolean
second_factor_store_take(DbTransaction *transaction, const char *account_id, gint64 step, gint64 drift,
                         gboolean *ret_taken, GError **error)
{
  gint64 changed = db_run(transaction, error,
                          "UPDATE second_factor SET last_step = ?, drift = ? WHERE account_id = ?"
                          " AND last_step < ?",
                          "llsl", step, drift, account_id, step);
  *ret_taken = changed == 1;
  return changed >= 0;
}

static gboolean
remove_recovery(DbTransaction *transaction, const char *account_id, GError **error)
{
  return db_run(transaction, error, "DELETE FROM recovery_code WHERE account_id = ?", "s", account_id) >= 0;
}

gboolean
second_factor_store_remove(DbTransaction *transaction, const char *account_id, GError **error)
{
  return remove_recovery(transaction, account_id, error) &&
         db_run(transaction, error, "DELETE FROM second_factor WHERE account_id = ?", "s", account_id) >= 0;
}

gboolean
second_factor_store_set_recovery(DbTransaction *transaction, const char *account_id,
                                 const char *const *hashes, GError **error)
{
  if (!remove_recovery(transaction, account_id, error))
    return FALSE;
  for (; *hashes != NULL; hashes++)
    if (db_run(transaction, error, "INSERT INTO recovery_code (account_id, code_hash) VALUES (?, ?)", "ss",
               account_id, *hashes) != 1)
      return FALSE;
  return TRUE;
}

gboolean
second_factor_store_spend(DbTransaction *transaction, const char *account_id, const char *hash,
                          gboolean *ret_spent, GError **error)
{
  gint64 changed =
      db_run(transaction, error, "DELETE FROM recovery_code WHERE account_id = ? AND code_hash = ?", "ss",
             account_id, hash);
  *ret_spent = changed == 1;
  return changed >= 0;
}

gboolean
second_factor_store_count_recovery(DbTransaction *transaction, const char *account_id, gint64 *ret_count,
                                   GError **error)
{
  return row_number(db_query(transaction, error, "SELECT COUNT(*) FROM recovery_code WHERE account_id = ?",
                             "s", account_id),
                    ret_count, error);
}
