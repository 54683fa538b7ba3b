/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/store/known_store.h"

#include "broker/store/factor_demand.h"

GHashTable *
known_store_epochs(DbTransaction *transaction, GError **error)
{
  g_autoptr(GHashTable) epochs = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr(DbQuery) query = db_query(transaction, error,
                                      "SELECT d.id, d.generation, d.counter FROM session s"
                                      " JOIN desktop d ON d.id = s.desktop_id WHERE s.state <> 'ended'",
                                      "");
  gboolean row = query != NULL;
  while (row) {
    if (!db_next(query, &row, error))
      return NULL;
    Epoch epoch = row ? (Epoch){(guint64)db_int(query, 1), (guint64)db_int(query, 2)} : (Epoch){0, 0};
    if (row)
      g_hash_table_insert(epochs, g_strdup(db_text(query, 0)), g_memdup2(&epoch, sizeof epoch));
  }
  return query != NULL ? g_steal_pointer(&epochs) : NULL;
}

static void
hand_over(DbQuery *query, KnownStoreSignIn each, gpointer data)
{
  const User user = {.id = (char *)db_text(query, 3),
                     .name = (char *)db_text(query, 4),
                     .full_name = (char *)db_text(query, 5),
                     .administrator = db_int(query, 6) != 0,
                     .password_change_required = db_int(query, 7) != 0};
  each(db_text(query, 0), &user, db_int(query, 1), db_int(query, 2), db_int(query, 8), data);
}

gboolean
known_store_sign_ins(DbTransaction *transaction, guint limit, KnownStoreSignIn each, gpointer data,
                     GError **error)
{
  g_autoptr(DbQuery) query =
      db_query(transaction, error,
               "SELECT token_hash, used_us, expires_us, account_id, name, full_name, administrator,"
               " password_change_required, factor_us FROM"
               " (SELECT s.token_hash, s.used_us, s.expires_us, s.account_id, a.name, a.full_name,"
               " a.administrator, a.password_change_required, s.factor_us FROM sign_in s"
               " JOIN account a ON a.id = s.account_id WHERE a.disabled = 0 AND (s.factor_us > 0 OR NOT ("
               " EXISTS (SELECT 1 FROM second_factor f WHERE f.account_id = a.id AND f.sealed <> '')"
               " OR " FACTOR_DEMAND("a.id") "))"
                                            " ORDER BY s.used_us DESC LIMIT ?) latest ORDER BY used_us",
               "i", (int)limit);
  gboolean row = query != NULL;
  while (row) {
    if (!db_next(query, &row, error))
      return FALSE;
    if (row)
      hand_over(query, each, data);
  }
  return query != NULL;
}
