/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/store/capacity_store.h"

#include "broker/store/row.h"

/* A host takes off what it has promised itself; what it said last knows nothing of desktops that came after.
 */
#define UNSEEN "d.power = 'planned' OR d.created_us >= h.last_seen_us"

static const char loads_sql[] =
    "SELECT d.host, CAST(SUM(d.vcpus) AS BIGINT), COUNT(CASE WHEN " UNSEEN " THEN 1 END),"
    " CAST(SUM(CASE WHEN " UNSEEN " THEN d.memory_mib ELSE 0 END) AS BIGINT)"
    " FROM desktop d JOIN host h ON h.name = d.host GROUP BY d.host";

static const char pool_sql[] =
    "SELECT (SELECT COUNT(*) FROM desktop WHERE pool_id = ? AND assignment = 'assigned'),"
    " (SELECT COUNT(*) FROM desktop d JOIN host h ON h.name = d.host AND h.state = 'up'"
    "  WHERE d.pool_id = ? AND d.assignment = 'recycling'),"
    " COUNT(CASE WHEN assignment = 'spare' AND shape = ? THEN 1 END),"
    " COUNT(CASE WHEN assignment = 'none' AND shape = ? THEN 1 END),"
    " COUNT(CASE WHEN shape <> ? THEN 1 END)"
    " FROM desktop WHERE pool_id = ? AND assignment IN ('none', 'spare') AND power <> 'lost'";

static CapacityLoad *
read_load(DbQuery *query)
{
  CapacityLoad *load = g_new0(CapacityLoad, 1);
  load->vcpus = (guint)db_int(query, 1);
  load->unseen = (guint)db_int(query, 2);
  load->unseen_mib = (guint64)db_int(query, 3);
  return load;
}

GHashTable *
capacity_store_loads(DbTransaction *transaction, GError **error)
{
  g_autoptr(DbQuery) query = db_query(transaction, error, loads_sql, "");
  if (query == NULL)
    return NULL;
  g_autoptr(GHashTable) loads = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  gboolean row;
  while (db_next(query, &row, error)) {
    if (!row)
      return g_steal_pointer(&loads);
    g_hash_table_insert(loads, g_strdup(db_text(query, 0)), read_load(query));
  }
  return NULL;
}

gboolean
capacity_store_pool(DbTransaction *transaction, const char *pool_id, const char *shape,
                    CapacityPool *ret_pool, GError **error)
{
  g_autoptr(DbQuery) query =
      db_query(transaction, error, pool_sql, "ssssss", pool_id, pool_id, shape, shape, shape, pool_id);
  gboolean row;
  if (query == NULL || !db_next(query, &row, error))
    return FALSE;
  *ret_pool = (CapacityPool){.assigned = (guint)db_int(query, 0),
                             .leaving = (guint)db_int(query, 1),
                             .spare = (guint)db_int(query, 2),
                             .starting = (guint)db_int(query, 3),
                             .outdated = (guint)db_int(query, 4)};
  return TRUE;
}

gboolean
capacity_store_has_desktops(DbTransaction *transaction, const char *pool_id, gboolean *ret_has,
                            GError **error)
{
  gint64 count;
  if (!row_number(db_query(transaction, error,
                           "SELECT COUNT(*) FROM (SELECT 1 FROM desktop WHERE pool_id = ? LIMIT 1) AS one",
                           "s", pool_id),
                  &count, error))
    return FALSE;
  *ret_has = count > 0;
  return TRUE;
}
