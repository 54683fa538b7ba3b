/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/store/pool_store.h"

#include "broker/store/row.h"
#include "common/base/error.h"

#define SELECT_POOL                                                                                          \
  "SELECT p.id, p.name, p.description, p.image, p.size, p.spares, p.vcpus, p.memory_mib, p.heads, "          \
  "p.account,"                                                                                               \
  " p.channels, p.deleting, p.created_us, p.version FROM pool p"

static gpointer
read_pool(DbQuery *query)
{
  Pool *pool = g_new0(Pool, 1);
  pool->id = g_strdup(db_text(query, 0));
  pool->name = g_strdup(db_text(query, 1));
  pool->description = g_strdup(db_text(query, 2));
  pool->image = g_strdup(db_text(query, 3));
  pool->size = (guint)db_int(query, 4);
  pool->spares = (guint)db_int(query, 5);
  pool->vcpus = (guint)db_int(query, 6);
  pool->memory_mib = (guint)db_int(query, 7);
  pool->heads = (guint)db_int(query, 8);
  pool->account = g_strdup(db_text(query, 9));
  pool->channels = g_strsplit(db_text(query, 10), " ", -1);
  pool->deleting = db_int(query, 11) != 0;
  pool->created_us = db_int(query, 12);
  pool->version = db_int(query, 13);
  return pool;
}

/* A pool that is being deleted is listed nowhere: who meets its name is told what holds it. */
static void
refuse_name(DbTransaction *transaction, const char *name, GError **error)
{
  gint64 going;
  if (!row_number(db_query(transaction, error, "SELECT COUNT(*) FROM pool WHERE name = ? AND deleting = 1",
                           "s", name),
                  &going, error))
    return;
  if (going > 0)
    g_set_error(
        error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT,
        "The pool \"%s\" is still being deleted; wait until its desktops are gone. Those of a host that "
        "does not come back go when the host is removed.",
        name);
  else
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT,
                "There is a pool \"%s\" already; choose another name.", name);
}

gboolean
pool_store_add(DbTransaction *transaction, const Pool *pool, GError **error)
{
  g_autofree char *channels = g_strjoinv(" ", pool->channels);
  gint64 added =
      db_run(transaction, error,
             "INSERT INTO pool (id, name, description, image, size, spares, vcpus, memory_mib, heads,"
             " account, channels, deleting, created_us, version)"
             " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, 1) ON CONFLICT (name) DO NOTHING",
             "ssssiiiiissl", pool->id, pool->name, pool->description, pool->image, (int)pool->size,
             (int)pool->spares, (int)pool->vcpus, (int)pool->memory_mib, (int)pool->heads, pool->account,
             channels, pool->created_us);
  if (added == 0)
    refuse_name(transaction, pool->name, error);
  return added == 1;
}

Pool *
pool_store_find(DbTransaction *transaction, const char *key, GError **error)
{
  GError *problem = NULL;
  Pool *pool =
      row_one(db_query(transaction, &problem,
                       SELECT_POOL " WHERE (p.id = ? OR p.name = ?) AND p.deleting = 0", "ss", key, key),
              read_pool, "such pool", &problem);
  if (pool != NULL)
    return pool;
  if (g_error_matches(problem, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND))
    problem->code = CARAWAY_ERROR_UNKNOWN_POOL;
  g_propagate_error(error, problem);
  return NULL;
}

static char *
pool_key(gpointer pool)
{
  return g_strdup(((Pool *)pool)->name);
}

GPtrArray *
pool_store_list(DbTransaction *transaction, const Page *page, char **ret_next, GError **error)
{
  return row_page(row_all(db_query(transaction, error,
                                   SELECT_POOL " WHERE p.deleting = 0 AND p.name > ? ORDER BY p.name LIMIT ?",
                                   "si", page->cursor != NULL ? page->cursor : "", row_limit(page)),
                          read_pool, (GDestroyNotify)pool_free, error),
                  page, pool_key, ret_next);
}

GPtrArray *
pool_store_all(DbTransaction *transaction, GError **error)
{
  return row_all(db_query(transaction, error, SELECT_POOL " ORDER BY p.name", ""), read_pool,
                 (GDestroyNotify)pool_free, error);
}

GPtrArray *
pool_store_of_user(DbTransaction *transaction, const char *user_id, GError **error)
{
  return row_all(db_query(transaction, error,
                          SELECT_POOL " WHERE p.deleting = 0 AND EXISTS (SELECT 1 FROM entitlement e WHERE"
                                      " e.pool_id = p.id AND (e.account_id = ? OR e.group_id IN"
                                      " (SELECT m.group_id FROM membership m WHERE m.account_id = ?)))"
                                      " ORDER BY p.name",
                          "ss", user_id, user_id),
                 read_pool, (GDestroyNotify)pool_free, error);
}

gboolean
pool_store_update(DbTransaction *transaction, const Pool *pool, GError **error)
{
  g_autofree char *channels = g_strjoinv(" ", pool->channels);
  return row_changed(db_run(transaction, error,
                            "UPDATE pool SET description = ?, image = ?, size = ?, spares = ?, vcpus = ?,"
                            " memory_mib = ?, heads = ?, account = ?, channels = ?, deleting = ?,"
                            " version = version + 1 WHERE id = ?",
                            "ssiiiiissis", pool->description, pool->image, (int)pool->size, (int)pool->spares,
                            (int)pool->vcpus, (int)pool->memory_mib, (int)pool->heads, pool->account,
                            channels, pool->deleting, pool->id),
                     "such pool", error);
}

gboolean
pool_store_remove(DbTransaction *transaction, const char *id, GError **error)
{
  return row_changed(db_run(transaction, error, "DELETE FROM pool WHERE id = ?", "s", id), "such pool",
                     error);
}

gboolean
pool_store_count_of_image(DbTransaction *transaction, const char *image, gint64 *ret_count, GError **error)
{
  return row_number(db_query(transaction, error, "SELECT COUNT(*) FROM pool WHERE image = ?", "s", image),
                    ret_count, error);
}
