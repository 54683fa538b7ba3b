/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/store/pool_store.h"

#include "broker/store/row.h"
#include "common/base/error.h"

#define SELECT_POOL                                                                                          \
  "SELECT p.id, p.name, p.description, p.image, p.size, p.spares, p.vcpus, p.memory_mib, p.heads, "          \
  "p.account, p.channels, p.deleting, p.created_us, p.version, p.tags, p.kind, p.naming, p.size_min,"        \
  " p.desktops_per_user, p.disks, p.network, p.on_disconnect, p.on_disconnect_delay_s, p.on_logoff,"         \
  " p.idle_limit_s, p.session_limit_s, p.warning_s, p.may_restart, p.may_reset, p.take_over, p.hosts,"       \
  " p.placement, p.schedule, p.second_factor FROM pool p"

/* Words in one text; no words are no text, not an empty word. */
static GStrv
read_words(DbQuery *query, int column)
{
  const char *text = db_text(query, column);
  return text == NULL || *text == '\0' ? g_new0(char *, 1) : g_strsplit(text, " ", -1);
}

static void
read_disks(const char *text, Pool *pool)
{
  g_auto(GStrv) sizes = g_strsplit(text, " ", POOL_DISKS_MAX);
  for (guint i = 0; i < POOL_DISKS_MAX && sizes[i] != NULL && *text != '\0'; i++)
    pool->disks_mib[pool->disks++] = (guint)g_ascii_strtoull(sizes[i], NULL, 10);
}

static char *
disks_text(const Pool *pool)
{
  GString *text = g_string_new(NULL);
  for (guint i = 0; i < pool->disks; i++)
    g_string_append_printf(text, "%s%u", i > 0 ? " " : "", pool->disks_mib[i]);
  return g_string_free(text, FALSE);
}

/* What a later version wrote and this one does not know reads as the careful choice. */
static int
known(int value, int otherwise)
{
  return value >= 0 ? value : otherwise;
}

static void
read_life(DbQuery *query, Pool *pool)
{
  pool->on_disconnect =
      (PoolDisconnect)known(pool_disconnect_value(db_text(query, 21)), POOL_DISCONNECT_KEEP);
  pool->on_disconnect_delay_s = (guint)db_int(query, 22);
  pool->on_logoff = (PoolLogoff)known(pool_logoff_value(db_text(query, 23)), POOL_LOGOFF_KEEP);
  pool->idle_limit_s = (guint)db_int(query, 24);
  pool->session_limit_s = (guint)db_int(query, 25);
  pool->warning_s = (guint)db_int(query, 26);
  pool->may_restart = db_int(query, 27) != 0;
  pool->may_reset = db_int(query, 28) != 0;
  pool->take_over = (PoolTakeOver)known(pool_take_over_value(db_text(query, 29)), POOL_TAKE_OVER_REFUSE);
  pool->hosts = read_words(query, 30);
  pool->placement = (PoolPlacement)known(pool_placement_value(db_text(query, 31)), POOL_PLACEMENT_SPREAD);
  pool->schedule = pool_schedule_from_text(db_text(query, 32));
  pool->second_factor =
      (PoolSecondFactor)known(pool_second_factor_value(db_text(query, 33)), POOL_SECOND_FACTOR_REQUIRED);
}

static void
read_machine(DbQuery *query, Pool *pool)
{
  pool->vcpus = (guint)db_int(query, 6);
  pool->memory_mib = (guint)db_int(query, 7);
  pool->heads = (guint)db_int(query, 8);
  pool->account = g_strdup(db_text(query, 9));
  pool->channels = read_words(query, 10);
  read_disks(db_text(query, 19), pool);
  pool->network = g_strdup(db_text(query, 20));
}

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
  pool->deleting = db_int(query, 11) != 0;
  pool->created_us = db_int(query, 12);
  pool->version = db_int(query, 13);
  pool->tags = read_words(query, 14);
  pool->kind = (PoolKind)known(pool_kind_value(db_text(query, 15)), POOL_MANUAL);
  pool->naming = g_strdup(db_text(query, 16));
  pool->size_min = (guint)db_int(query, 17);
  pool->desktops_per_user = (guint)db_int(query, 18);
  read_machine(query, pool);
  read_life(query, pool);
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

/* Everything that a change may set; the row is there. */
static gboolean
write_settings(DbTransaction *transaction, const Pool *pool, GError **error)
{
  g_autofree char *channels = g_strjoinv(" ", pool->channels);
  g_autofree char *tags = g_strjoinv(" ", pool->tags);
  g_autofree char *hosts = g_strjoinv(" ", pool->hosts);
  g_autofree char *disks = disks_text(pool);
  g_autofree char *schedule = pool_schedule_to_text(pool->schedule);
  gint64 changed = db_run(
      transaction, error,
      "UPDATE pool SET description = ?, image = ?, size = ?, spares = ?, vcpus = ?, memory_mib = ?, heads = "
      "?,"
      " account = ?, channels = ?, deleting = ?, tags = ?, kind = ?, naming = ?, size_min = ?,"
      " desktops_per_user = ?, disks = ?, network = ?, on_disconnect = ?, on_disconnect_delay_s = ?,"
      " on_logoff = ?, idle_limit_s = ?, session_limit_s = ?, warning_s = ?, may_restart = ?, may_reset = ?,"
      " take_over = ?, hosts = ?, placement = ?, schedule = ?, second_factor = ?, version = version + 1 "
      "WHERE id = ?",
      "ssiiiiississsiisssisiiiiissssss", pool->description, pool->image, (int)pool->size, (int)pool->spares,
      (int)pool->vcpus, (int)pool->memory_mib, (int)pool->heads, pool->account, channels, pool->deleting,
      tags, pool_kind_name(pool->kind), pool->naming, (int)pool->size_min, (int)pool->desktops_per_user,
      disks, pool->network, pool_disconnect_name(pool->on_disconnect), (int)pool->on_disconnect_delay_s,
      pool_logoff_name(pool->on_logoff), (int)pool->idle_limit_s, (int)pool->session_limit_s,
      (int)pool->warning_s, pool->may_restart, pool->may_reset, pool_take_over_name(pool->take_over), hosts,
      pool_placement_name(pool->placement), schedule, pool_second_factor_name(pool->second_factor), pool->id);
  return row_changed(changed, "such pool", error);
}

gboolean
pool_store_add(DbTransaction *transaction, const Pool *pool, GError **error)
{
  gint64 added =
      db_run(transaction, error,
             "INSERT INTO pool (id, name, description, image, size, spares, vcpus, memory_mib,"
             " heads, account, channels, deleting, created_us, version)"
             " VALUES (?, ?, '', '', 0, 0, 0, 0, 1, '', '', 0, ?, 0) ON CONFLICT (name) DO NOTHING",
             "ssl", pool->id, pool->name, pool->created_us);
  if (added == 0)
    refuse_name(transaction, pool->name, error);
  return added == 1 && write_settings(transaction, pool, error);
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

/* Tags are words between blanks; the underscore in one stands for itself. */
static char *
tag_pattern(const char *tag)
{
  g_autoptr(GString) escaped = g_string_new(tag);
  g_string_replace(escaped, "_", "!_", 0);
  return g_strdup_printf("%% %s %%", escaped->str);
}

GPtrArray *
pool_store_list(DbTransaction *transaction, const char *tag, const Page *page, char **ret_next,
                GError **error)
{
  g_autofree char *pattern = tag != NULL ? tag_pattern(tag) : g_strdup("%");
  const char *within = row_within(page);
  return row_page(row_all(db_query(transaction, error,
                                   SELECT_POOL " WHERE p.deleting = 0 AND p.name > ?"
                                               " AND ' ' || p.tags || ' ' LIKE ? ESCAPE '!' AND " ROW_WITHIN(
                                                   "p.id") " ORDER BY p.name LIMIT ?",
                                   "sssssi", page->cursor != NULL ? page->cursor : "", pattern, within,
                                   within, within, row_limit(page)),
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
  return write_settings(transaction, pool, error);
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

char *
pool_store_find_naming(DbTransaction *transaction, const Pool *pool, GError **error)
{
  g_auto(GStrv) names = row_texts(db_query(transaction, error,
                                           "SELECT name FROM pool WHERE naming = ? AND id <> ? AND name <> ?"
                                           " AND kind <> 'manual'",
                                           "sss", pool->naming, pool->id, pool->name),
                                  error);
  return names != NULL ? g_strdup(names[0]) : NULL;
}

gboolean
pool_store_get_naming(DbTransaction *transaction, const char *id, char **ret_naming, GError **error)
{
  g_auto(GStrv) namings =
      row_texts(db_query(transaction, error, "SELECT naming FROM pool WHERE id = ?", "s", id), error);
  if (namings == NULL)
    return FALSE;
  *ret_naming = g_strdup(namings[0]);
  return TRUE;
}
