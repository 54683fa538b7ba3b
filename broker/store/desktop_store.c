/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/store/desktop_store.h"

#include "broker/store/row.h"

#define SELECT_DESKTOP                                                                                       \
  "SELECT d.id, d.name, d.pool_id, p.name, d.host, d.assignment, d.power, d.owner_id, a.name, s.id, "        \
  "d.shape,"                                                                                                 \
  " d.vcpus, d.memory_mib, d.generation, d.counter, d.step, d.progress, d.guest_ready, d.guest_user,"        \
  " d.guest_idle_ms, d.guest_locked, d.restart_until_us, d.created_us, p.kind, p.on_logoff, d.slot, d.used," \
  " d.stopping, d.remade_for, d.guest_idle_at_us, d.signing_out FROM desktop d"                              \
  " JOIN pool p ON p.id = d.pool_id LEFT JOIN account a ON a.id = d.owner_id"                                \
  " LEFT JOIN session s ON s.desktop_id = d.id AND s.state <> 'ended'"

static void
read_machine(DbQuery *query, Desktop *desktop)
{
  desktop->shape = g_strdup(db_text(query, 10));
  desktop->vcpus = (guint)db_int(query, 11);
  desktop->memory_mib = (guint)db_int(query, 12);
  desktop->epoch.generation = (guint64)db_int(query, 13);
  desktop->epoch.counter = (guint64)db_int(query, 14);
  desktop->step = g_strdup(db_text(query, 15));
  desktop->progress = (guint)db_int(query, 16);
  desktop->guest.ready = db_int(query, 17) != 0;
  desktop->guest.user = g_strdup(db_text(query, 18));
  desktop->guest.idle_ms = db_int(query, 19);
  desktop->guest.locked = db_int(query, 20) != 0;
  desktop->restart_until_us = db_int(query, 21);
  desktop->created_us = db_int(query, 22);
  desktop->guest.idle_at_us = db_int(query, 29);
}

/* A kind or rule that this program does not know is the one that destroys least. */
static void
read_life(DbQuery *query, Desktop *desktop)
{
  int kind = pool_kind_value(db_text(query, 23)), on_logoff = pool_logoff_value(db_text(query, 24));
  desktop->kind = kind < 0 ? POOL_MANUAL : (PoolKind)kind;
  desktop->on_logoff = on_logoff < 0 ? POOL_LOGOFF_KEEP : (PoolLogoff)on_logoff;
  desktop->slot = (guint)db_int(query, 25);
  desktop->used = db_int(query, 26) != 0;
  desktop->stopping = db_int(query, 27) != 0;
  desktop->remade_for = g_strdup(db_text(query, 28));
  desktop->signing_out = db_int(query, 30) != 0;
}

static gpointer
read_desktop(DbQuery *query)
{
  Desktop *desktop = g_new0(Desktop, 1);
  desktop->id = g_strdup(db_text(query, 0));
  desktop->name = g_strdup(db_text(query, 1));
  desktop->pool_id = g_strdup(db_text(query, 2));
  desktop->pool_name = g_strdup(db_text(query, 3));
  desktop->host = g_strdup(db_text(query, 4));
  desktop->assignment = assignment_from_name(db_text(query, 5));
  if (!power_from_name(db_text(query, 6), &desktop->power))
    desktop->power = POWER_FAILED;
  desktop->owner_id = g_strdup(db_text(query, 7));
  desktop->owner_name = g_strdup(db_text(query, 8));
  desktop->session_id = g_strdup(db_text(query, 9));
  read_machine(query, desktop);
  read_life(query, desktop);
  return desktop;
}

gboolean
desktop_store_add(DbTransaction *transaction, const Desktop *desktop, GError **error)
{
  return db_run(transaction, error,
                "INSERT INTO desktop (id, name, pool_id, host, assignment, power, owner_id, shape, vcpus, "
                "memory_mib,"
                " generation, counter, step, progress, guest_ready, guest_user, guest_idle_ms, guest_locked,"
                " restart_until_us, created_us, slot, used)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, NULL, 0, 0, 0, ?, ?, 0)",
                "ssssssssiillsili", desktop->id, desktop->name, desktop->pool_id, desktop->host,
                assignment_name(desktop->assignment), power_name(desktop->power), desktop->owner_id,
                desktop->shape, (int)desktop->vcpus, (int)desktop->memory_mib,
                (gint64)desktop->epoch.generation, (gint64)desktop->epoch.counter, desktop->step,
                (int)desktop->progress, desktop->created_us, (int)desktop->slot) == 1;
}

Desktop *
desktop_store_find(DbTransaction *transaction, const char *key, GError **error)
{
  return row_one(db_query(transaction, error, SELECT_DESKTOP " WHERE d.id = ? OR d.name = ?", "ss", key, key),
                 read_desktop, "such desktop", error);
}

static char *
desktop_key(gpointer desktop)
{
  return g_strdup(((Desktop *)desktop)->name);
}

GPtrArray *
desktop_store_list(DbTransaction *transaction, const Page *page, char **ret_next, GError **error)
{
  const char *within = row_within(page);
  return row_page(
      row_all(db_query(
                  transaction, error,
                  SELECT_DESKTOP " WHERE d.name > ? AND " ROW_WITHIN("d.pool_id") " ORDER BY d.name LIMIT ?",
                  "ssssi", page->cursor != NULL ? page->cursor : "", within, within, within, row_limit(page)),
              read_desktop, (GDestroyNotify)desktop_free, error),
      page, desktop_key, ret_next);
}

GPtrArray *
desktop_store_of_pool(DbTransaction *transaction, const char *pool_id, GError **error)
{
  return row_all(db_query(transaction, error,
                          SELECT_DESKTOP " WHERE d.pool_id = ? ORDER BY d.created_us, d.id", "s", pool_id),
                 read_desktop, (GDestroyNotify)desktop_free, error);
}

/* Those that a user could be given at once, and of the wanted shape, stand together in the index. */
static GPtrArray *
ready_of_pool(DbTransaction *transaction, const char *pool_id, const char *shape, guint limit, GError **error)
{
  return row_all(db_query(transaction, error,
                          SELECT_DESKTOP
                          " JOIN host h ON h.name = d.host AND h.state = 'up'"
                          " WHERE d.pool_id = ? AND d.assignment = 'spare' AND d.power = 'up'"
                          " AND d.guest_ready = 1 AND d.shape = ? ORDER BY d.created_us, d.id LIMIT ?",
                          "ssi", pool_id, shape, (int)limit),
                 read_desktop, (GDestroyNotify)desktop_free, error);
}

GPtrArray *
desktop_store_free_of_pool(DbTransaction *transaction, const char *pool_id, const char *shape, guint limit,
                           GError **error)
{
  g_autoptr(GPtrArray) ready = ready_of_pool(transaction, pool_id, shape, limit, error);
  if (ready == NULL || ready->len == limit)
    return g_steal_pointer(&ready);
  return row_all(db_query(transaction, error,
                          SELECT_DESKTOP
                          " JOIN host h ON h.name = d.host AND h.state = 'up'"
                          " WHERE d.pool_id = ? AND d.assignment IN ('none', 'spare')"
                          " ORDER BY CASE WHEN d.power = 'up' AND d.guest_ready = 1 THEN 0 ELSE 1 END,"
                          " CASE WHEN d.shape = ? THEN 0 ELSE 1 END, d.created_us, d.id LIMIT 200",
                          "ss", pool_id, shape),
                 read_desktop, (GDestroyNotify)desktop_free, error);
}

gboolean
desktop_store_unreachable(DbTransaction *transaction, const char *pool_id, guint *ret_count, GStrv *ret_hosts,
                          GError **error)
{
  g_autoptr(DbQuery) query =
      db_query(transaction, error,
               "SELECT h.name, COUNT(*) FROM desktop d JOIN host h ON h.name = d.host AND h.state <> 'up'"
               " WHERE d.pool_id = ? AND d.assignment IN ('none', 'spare') GROUP BY h.name ORDER BY h.name",
               "s", pool_id);
  g_autoptr(GStrvBuilder) hosts = g_strv_builder_new();
  guint count = 0;
  gboolean row = query != NULL;
  while (row) {
    if (!db_next(query, &row, error))
      return FALSE;
    if (!row)
      break;
    g_strv_builder_add(hosts, db_text(query, 0));
    count += (guint)db_int(query, 1);
  }
  if (query == NULL)
    return FALSE;
  *ret_count = count;
  *ret_hosts = g_strv_builder_end(hosts);
  return TRUE;
}

GPtrArray *
desktop_store_of_host(DbTransaction *transaction, const char *host, GError **error)
{
  return row_all(
      db_query(transaction, error, SELECT_DESKTOP " WHERE d.host = ? ORDER BY d.created_us, d.id", "s", host),
      read_desktop, (GDestroyNotify)desktop_free, error);
}

GPtrArray *
desktop_store_outdated(DbTransaction *transaction, const char *pool_id, const char *shape, guint limit,
                       GError **error)
{
  return row_all(db_query(transaction, error,
                          SELECT_DESKTOP " WHERE d.pool_id = ? AND d.assignment IN ('none', 'spare')"
                                         " AND d.power <> 'lost' AND d.shape <> ?"
                                         " ORDER BY d.created_us DESC, d.id DESC LIMIT ?",
                          "ssi", pool_id, shape, (int)limit),
                 read_desktop, (GDestroyNotify)desktop_free, error);
}

GPtrArray *
desktop_store_youngest(DbTransaction *transaction, const char *pool_id, Assignment assignment,
                       const char *shape, guint limit, GError **error)
{
  return row_all(db_query(transaction, error,
                          SELECT_DESKTOP " WHERE d.pool_id = ? AND d.assignment = ?"
                                         " AND d.power <> 'lost' AND d.shape = ?"
                                         " ORDER BY d.created_us DESC, d.id DESC LIMIT ?",
                          "sssi", pool_id, assignment_name(assignment), shape, (int)limit),
                 read_desktop, (GDestroyNotify)desktop_free, error);
}

GPtrArray *
desktop_store_undestroyed(DbTransaction *transaction, const char *pool_id, guint limit, GError **error)
{
  return row_all(db_query(transaction, error,
                          SELECT_DESKTOP
                          " JOIN host h ON h.name = d.host AND h.state = 'up'"
                          " WHERE d.pool_id = ? AND d.assignment = 'recycling'"
                          " AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.desktop_id = d.id"
                          " AND o.kind IN ('destroy', 'release')) ORDER BY d.created_us, d.id LIMIT ?",
                          "si", pool_id, (int)limit),
                 read_desktop, (GDestroyNotify)desktop_free, error);
}

GPtrArray *
desktop_store_abandoned(DbTransaction *transaction, GError **error)
{
  return row_all(db_query(transaction, error,
                          SELECT_DESKTOP
                          " WHERE d.assignment = 'assigned' AND s.id IS NULL AND p.kind = 'floating'"
                          " ORDER BY d.created_us, d.id",
                          ""),
                 read_desktop, (GDestroyNotify)desktop_free, error);
}

gboolean
desktop_store_update(DbTransaction *transaction, const Desktop *desktop, GError **error)
{
  return row_changed(
      db_run(transaction, error,
             "UPDATE desktop SET assignment = ?, power = ?, owner_id = ?, generation = ?, counter = ?,"
             " step = ?, progress = ?, guest_ready = ?, guest_user = ?, guest_idle_ms = ?,"
             " guest_idle_at_us = ?, guest_locked = ?, restart_until_us = ?, slot = ?, used = ?,"
             " stopping = ?, signing_out = ?, remade_for = ? WHERE id = ?",
             "sssllsiislliliiiiss", assignment_name(desktop->assignment), power_name(desktop->power),
             desktop->owner_id, (gint64)desktop->epoch.generation, (gint64)desktop->epoch.counter,
             desktop->step, (int)desktop->progress, desktop->guest.ready, desktop->guest.user,
             desktop->guest.idle_ms, desktop->guest.idle_at_us, desktop->guest.locked,
             desktop->restart_until_us, (int)desktop->slot, desktop->used, desktop->stopping,
             desktop->signing_out, desktop->remade_for, desktop->id),
      "such desktop", error);
}

gboolean
desktop_store_claim(DbTransaction *transaction, const char *id, const char *owner_id, guint slot,
                    gboolean *ret_claimed, GError **error)
{
  gint64 claimed =
      db_run(transaction, error,
             "UPDATE desktop SET assignment = 'assigned', owner_id = ?, slot = ?, counter = counter + 1"
             " WHERE id = ? AND owner_id IS NULL AND assignment IN ('none', 'spare')",
             "sis", owner_id, (int)slot, id);
  if (claimed < 0)
    return FALSE;
  *ret_claimed = claimed == 1;
  return TRUE;
}

gboolean
desktop_store_remove(DbTransaction *transaction, const char *id, GError **error)
{
  return row_changed(db_run(transaction, error, "DELETE FROM desktop WHERE id = ?", "s", id), "such desktop",
                     error);
}

GPtrArray *
desktop_store_owned(DbTransaction *transaction, const char *pool_id, const char *owner_id, GError **error)
{
  return row_all(db_query(transaction, error,
                          SELECT_DESKTOP " WHERE d.pool_id = ? AND d.owner_id = ? ORDER BY d.slot", "ss",
                          pool_id, owner_id),
                 read_desktop, (GDestroyNotify)desktop_free, error);
}

gboolean
desktop_store_count_owned(DbTransaction *transaction, const char *owner_id, gint64 *ret_count, GError **error)
{
  return row_number(
      db_query(transaction, error, "SELECT COUNT(*) FROM desktop WHERE owner_id = ?", "s", owner_id),
      ret_count, error);
}

gboolean
desktop_store_mark_used(DbTransaction *transaction, const char *id, GError **error)
{
  return db_run(transaction, error, "UPDATE desktop SET used = 1 WHERE id = ? AND used = 0", "s", id) >= 0;
}

gboolean
desktop_store_forget_remake(DbTransaction *transaction, const char *pool_id, const char *user_id,
                            GError **error)
{
  return db_run(transaction, error,
                "UPDATE desktop SET remade_for = NULL WHERE pool_id = ? AND remade_for = ?", "ss", pool_id,
                user_id) >= 0;
}

gboolean
desktop_store_forget_remakes(DbTransaction *transaction, const char *user_id, GError **error)
{
  return db_run(transaction, error, "UPDATE desktop SET remade_for = NULL WHERE remade_for = ?", "s",
                user_id) >= 0;
}

gboolean
desktop_store_count(DbTransaction *transaction, const char *pool_id, PoolCounts *ret_counts, GError **error)
{
  g_autoptr(DbQuery) query =
      db_query(transaction, error,
               "SELECT COUNT(CASE WHEN assignment = 'spare' AND power = 'up' THEN 1 END),"
               " COUNT(CASE WHEN assignment = 'assigned' THEN 1 END),"
               " COUNT(CASE WHEN assignment = 'none' AND power IN ('planned', 'cloning', 'starting', 'up') "
               "THEN 1 END),"
               " COUNT(CASE WHEN assignment = 'recycling'"
               " OR (assignment <> 'assigned' AND power IN ('off', 'failed', 'lost')) THEN 1 END)"
               " FROM desktop WHERE (? IS NULL OR pool_id = ?)",
               "ss", pool_id, pool_id);
  gboolean row;
  if (query == NULL || !db_next(query, &row, error))
    return FALSE;
  ret_counts->spare = (guint)db_int(query, 0);
  ret_counts->assigned = (guint)db_int(query, 1);
  ret_counts->starting = (guint)db_int(query, 2);
  ret_counts->failed = (guint)db_int(query, 3);
  return TRUE;
}
