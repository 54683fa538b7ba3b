/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/store/entitlement_store.h"

#include "broker/store/row.h"

gboolean
entitlement_store_add(DbTransaction *transaction, const char *pool_id, EntitlementKind kind,
                      const char *subject_id, GError **error)
{
  return db_run(transaction, error,
                "INSERT INTO entitlement (pool_id, account_id, group_id) VALUES (?, ?, ?) ON CONFLICT DO "
                "NOTHING",
                "sss", pool_id, kind == ENTITLEMENT_USER ? subject_id : NULL,
                kind == ENTITLEMENT_GROUP ? subject_id : NULL) >= 0;
}

gboolean
entitlement_store_remove(DbTransaction *transaction, const char *pool_id, EntitlementKind kind,
                         const char *subject_id, GError **error)
{
  const char *sql = kind == ENTITLEMENT_USER ? "DELETE FROM entitlement WHERE pool_id = ? AND account_id = ?"
                                             : "DELETE FROM entitlement WHERE pool_id = ? AND group_id = ?";
  return db_run(transaction, error, sql, "ss", pool_id, subject_id) >= 0;
}

static gpointer
read_entitlement(DbQuery *query)
{
  Entitlement *entitlement = g_new0(Entitlement, 1);
  entitlement->kind = db_text(query, 0) != NULL ? ENTITLEMENT_USER : ENTITLEMENT_GROUP;
  int first = entitlement->kind == ENTITLEMENT_USER ? 0 : 2;
  entitlement->subject_id = g_strdup(db_text(query, first));
  entitlement->name = g_strdup(db_text(query, first + 1));
  return entitlement;
}

GPtrArray *
entitlement_store_list(DbTransaction *transaction, const char *pool_id, GError **error)
{
  return row_all(
      db_query(transaction, error,
               "SELECT a.id, a.name, g.id, g.name FROM entitlement e"
               " LEFT JOIN account a ON a.id = e.account_id"
               " LEFT JOIN account_group g ON g.id = e.group_id"
               " WHERE e.pool_id = ? ORDER BY e.account_id IS NULL, COALESCE(a.name, g.name) LIMIT 10000",
               "s", pool_id),
      read_entitlement, (GDestroyNotify)entitlement_free, error);
}

gboolean
entitlement_store_count(DbTransaction *transaction, const char *pool_id, const char *user_id, gint64 *ret_own,
                        gint64 *ret_by_group, GError **error)
{
  return row_number(db_query(transaction, error,
                             "SELECT COUNT(*) FROM entitlement WHERE pool_id = ? AND account_id = ?", "ss",
                             pool_id, user_id),
                    ret_own, error) &&
         row_number(db_query(transaction, error,
                             "SELECT COUNT(*) FROM entitlement e JOIN membership m ON m.group_id = e.group_id"
                             " WHERE e.pool_id = ? AND m.account_id = ?",
                             "ss", pool_id, user_id),
                    ret_by_group, error);
}

GStrv
entitlement_store_groups(DbTransaction *transaction, const char *pool_id, const char *user_id, GError **error)
{
  return row_texts(db_query(transaction, error,
                            "SELECT g.name FROM entitlement e JOIN membership m ON m.group_id = e.group_id"
                            " JOIN account_group g ON g.id = e.group_id"
                            " WHERE e.pool_id = ? AND m.account_id = ? ORDER BY g.name LIMIT 100",
                            "ss", pool_id, user_id),
                   error);
}
