/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/pools/pool_admin.h"

#include "broker/policy/names.h"
#include "broker/policy/pool_settings.h"
#include "broker/service/hosts/capacity.h"
#include "broker/service/pools/pool_schedule.h"
#include "broker/service/work.h"
#include "broker/store/desktop_number_store.h"
#include "broker/store/desktop_store.h"
#include "broker/store/host_store.h"
#include "broker/store/image_store.h"
#include "broker/store/pool_store.h"
#include "broker/store/session_store.h"
#include "common/base/error.h"

/* Why no host takes what the pool lacks, asked now: the keeper may be another broker, or still be waiting for
 * its turn. */
static GStrv
find_obstacles(Work *work, const Pool *pool, GError **error)
{
  PoolSizingFacts facts;
  if (!capacity_sizing(work, pool, &facts, error))
    return NULL;
  if (pool_sizing_plan(&facts).make == 0)
    return g_new0(char *, 1);
  g_auto(Placement) placement = {.host = -1};
  g_autoptr(Capacity) capacity = capacity_read(work, error);
  if (capacity == NULL || !capacity_place(capacity, work, pool, &placement, error))
    return NULL;
  return placement.host < 0 ? g_steal_pointer(&placement.reasons) : g_new0(char *, 1);
}

static GStrv
read_problems(Work *work, const Pool *pool, GError **error)
{
  g_auto(GStrv) known = keeper_memory_problems(work->services->keeper_memory, pool->id);
  if (known[0] != NULL || pool->kind == POOL_MANUAL)
    return g_steal_pointer(&known);
  return find_obstacles(work, pool, error);
}

static PoolStatus *
make_status(Work *work, Pool *pool, GError **error)
{
  g_autoptr(PoolStatus) status = g_new0(PoolStatus, 1);
  status->pool = pool;
  if (!desktop_store_count(work->transaction, pool->id, &status->counts, error))
    return NULL;
  status->wanted = pool_schedule_at(pool, work->now_us);
  status->problems = read_problems(work, pool, error);
  return status->problems != NULL ? g_steal_pointer(&status) : NULL;
}

static PoolStatus *
find_status(Work *work, const char *key, GError **error)
{
  Pool *pool = pool_store_find(work->transaction, key, error);
  return pool != NULL ? make_status(work, pool, error) : NULL;
}

static PoolStatus *
commit_and_show(Work *work, const char *id, GError **error)
{
  work->wakes_keeper = TRUE;
  g_autoptr(PoolStatus) status = find_status(work, id, error);
  return status != NULL && work_commit(work, error) ? g_steal_pointer(&status) : NULL;
}

static gboolean
check_image(Work *work, const Pool *pool, GError **error)
{
  const char *name = pool->image;
  GError *problem = NULL;
  if (pool->kind == POOL_MANUAL)
    return TRUE;
  g_autoptr(Image) image = image_store_find(work->transaction, name, &problem);
  if (image != NULL && image->registered)
    return TRUE;
  if (problem != NULL && !g_error_matches(problem, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND)) {
    g_propagate_error(error, problem);
    return FALSE;
  }
  g_clear_error(&problem);
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_IMAGE_MISSING,
              "There is no registered image \"%s\"; register it first.", name);
  return FALSE;
}

/* Desktops are told apart by their names, whatever pool they are of. */
static gboolean
check_naming(Work *work, const Pool *pool, GError **error)
{
  GError *problem = NULL;
  g_autofree char *other = NULL;
  if (pool->kind == POOL_MANUAL)
    return TRUE;
  other = pool_store_find_naming(work->transaction, pool, &problem);
  if (problem != NULL)
    g_propagate_error(error, problem);
  else if (other != NULL)
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT,
                "The pool %s names its desktops by %s already; choose another pattern.", other, pool->naming);
  return problem == NULL && other == NULL;
}

static gboolean
check_hosts(Work *work, const char *const *hosts, GError **error)
{
  for (; hosts != NULL && *hosts != NULL; hosts++) {
    GError *problem = NULL;
    g_autoptr(Host) host = host_store_find(work->transaction, *hosts, &problem);
    if (host != NULL)
      continue;
    if (g_error_matches(problem, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND)) {
      g_clear_error(&problem);
      g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID,
                  "There is no host \"%s\"; let it join before the pool names it.", *hosts);
    } else {
      g_propagate_error(error, problem);
    }
    return FALSE;
  }
  return TRUE;
}

/* What only the database and this machine know. An old pool may keep what was taken once. */
static gboolean
check_asked(Work *work, const Pool *pool, const PoolSettings *settings, GError **error)
{
  return check_image(work, pool, error) && check_hosts(work, settings->hosts, error) &&
         (settings->naming == NULL || check_naming(work, pool, error)) &&
         pool_schedule_check_zone(settings->schedule, error);
}

PoolStatus *
pool_admin_create(Services *services, const Caller *caller, const PoolSettings *settings, GError **error)
{
  g_autoptr(Pool) pool = pool_settings_new_pool(settings, error);
  if (pool == NULL)
    return NULL;
  pool->id = g_uuid_string_random();
  pool->created_us = clock_wall_us(&services->time);
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  if (work == NULL || !check_asked(work, pool, settings, error) || !check_naming(work, pool, error) ||
      !pool_store_add(work->transaction, pool, error) ||
      !work_audit(work, caller, "pool.create", "pool", pool->name, "", error))
    return NULL;
  return commit_and_show(work, pool->id, error);
}

GPtrArray *
pool_admin_list(Services *services, const char *tag, const Page *page, char **ret_next, GError **error)
{
  if (tag != NULL && !names_check(tag, "tag", error))
    return NULL;
  g_autoptr(Work) work = work_begin(services, DB_READ, error);
  if (work == NULL)
    return NULL;
  g_autofree char *next = NULL;
  g_autoptr(GPtrArray) pools = pool_store_list(work->transaction, tag, page, &next, error);
  if (pools == NULL)
    return NULL;
  g_autoptr(GPtrArray) statuses = g_ptr_array_new_with_free_func((GDestroyNotify)pool_status_free);
  for (guint i = 0; i < pools->len; i++) {
    PoolStatus *status = make_status(work, pool_copy(g_ptr_array_index(pools, i)), error);
    if (status == NULL)
      return NULL;
    g_ptr_array_add(statuses, status);
  }
  if (ret_next != NULL)
    *ret_next = g_steal_pointer(&next);
  return g_steal_pointer(&statuses);
}

PoolStatus *
pool_admin_get(Services *services, const char *pool, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_READ, error);
  return work != NULL ? find_status(work, pool, error) : NULL;
}

/* By another pattern names begin with 1 again; those that are taken are skipped. */
static gboolean
write_change(Work *work, const Pool *pool, const char *naming_before, GError **error)
{
  return pool_store_update(work->transaction, pool, error) &&
         (g_str_equal(pool->naming, naming_before) ||
          desktop_number_store_begin(work->transaction, pool->id, error));
}

PoolStatus *
pool_admin_change(Services *services, const Caller *caller, const char *key, const PoolSettings *settings,
                  gint64 version, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  if (work == NULL)
    return NULL;
  g_autoptr(Pool) pool = pool_store_find(work->transaction, key, error);
  if (pool == NULL)
    return NULL;
  if (version != 0 && version != pool->version) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_STALE,
                "Somebody else changed this pool meanwhile; look at it again and repeat the change.");
    return NULL;
  }
  g_autofree char *naming = g_strdup(pool->naming);
  if (!pool_settings_apply(pool, settings, error) || !check_asked(work, pool, settings, error) ||
      !write_change(work, pool, naming, error) ||
      !work_audit(work, caller, "pool.change", "pool", pool->name, "", error))
    return NULL;
  return commit_and_show(work, pool->id, error);
}

/* What is kept for somebody is not given up by the way. */
static gboolean
check_owned_by_nobody(Work *work, const Pool *pool, GError **error)
{
  PoolCounts counts;
  if (!desktop_store_count(work->transaction, pool->id, &counts, error))
    return FALSE;
  if (counts.assigned == 0)
    return TRUE;
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT,
              "%u desktops of this pool belong to somebody; unassign them first.", counts.assigned);
  return FALSE;
}

gboolean
pool_admin_delete(Services *services, const Caller *caller, const char *key, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  if (work == NULL)
    return FALSE;
  g_autoptr(Pool) pool = pool_store_find(work->transaction, key, error);
  if (pool == NULL)
    return FALSE;
  g_autoptr(GPtrArray) sessions = session_store_of_pool(work->transaction, pool->id, error);
  if (sessions == NULL)
    return FALSE;
  if (sessions->len > 0) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT,
                "%u people have a session on this pool; end their sessions first.", sessions->len);
    return FALSE;
  }
  if (!check_owned_by_nobody(work, pool, error))
    return FALSE;
  pool->deleting = TRUE;
  work->wakes_keeper = TRUE;
  return pool_store_update(work->transaction, pool, error) &&
         work_audit(work, caller, "pool.delete", "pool", pool->name, "", error) && work_commit(work, error);
}

void
pool_status_free(PoolStatus *status)
{
  if (status == NULL)
    return;
  pool_free(status->pool);
  schedule_span_clear(&status->wanted);
  g_strfreev(status->problems);
  g_free(status);
}
