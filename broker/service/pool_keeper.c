/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/pool_keeper.h"

#include "broker/service/capacity.h"
#include "broker/service/lifecycle.h"
#include "broker/store/outbox_store.h"
#include "broker/store/pool_store.h"
#include "common/base/log.h"

#define MADE_AT_ONCE 16

/* A spare that a host took long ago and that is nobody's; given up last in, first out. */
static gboolean
retire(Work *work, const Capacity *capacity, const Pool *pool, const PoolSizingSteps *steps, GError **error)
{
  g_autofree char *shape = lifecycle_shape(pool);
  guint starting = steps->retire_starting, spare = steps->retire_spare;
  for (guint i = capacity->desktops->len; i-- > 0;) {
    Desktop *desktop = g_ptr_array_index(capacity->desktops, i);
    gboolean free = desktop->assignment == ASSIGNMENT_NONE || desktop->assignment == ASSIGNMENT_SPARE;
    if (!free || !g_str_equal(desktop->pool_id, pool->id) || desktop->power == POWER_LOST)
      continue;
    guint *left = desktop->assignment == ASSIGNMENT_SPARE ? &spare : &starting;
    gboolean outdated = !g_str_equal(desktop->shape, shape);
    if (!outdated && *left == 0)
      continue;
    if (!outdated)
      (*left)--;
    if (!lifecycle_desktop(work, desktop, DESKTOP_EVENT_RETIRE, CARAWAY_ERROR_SESSION_ENDED,
                           "The desktop is no longer wanted.", error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
make_one(Work *work, const Pool *pool, gboolean *ret_made, GError **error)
{
  g_autoptr(Capacity) capacity = capacity_read(work, error);
  g_auto(Placement) placement = {.host = -1};
  if (capacity == NULL || !capacity_place(capacity, work, pool, &placement, error))
    return FALSE;
  *ret_made = placement.host >= 0;
  keeper_memory_set_obstacles(work->services->keeper_memory, pool->id,
                              *ret_made ? NULL : (const char *const *)placement.reasons);
  if (!*ret_made)
    return TRUE;
  const Host *host = g_ptr_array_index(capacity->hosts, (guint)placement.host);
  g_autoptr(Desktop) desktop = lifecycle_create(work, pool, host->name, NULL, error);
  return desktop != NULL;
}

/* A few at a time: the writer's turn is short, and who wants to sign in meanwhile gets one in between. */
static gboolean
make(Work *work, const Pool *pool, guint count, GError **error)
{
  Services *services = work->services;
  if (count == 0)
    keeper_memory_set_obstacles(services->keeper_memory, pool->id, NULL);
  gboolean made =
      keeper_memory_may_try(services->keeper_memory, pool->id, clock_boottime_us(services->clock));
  for (guint i = 0; i < MIN(count, MADE_AT_ONCE) && made; i++)
    if (!make_one(work, pool, &made, error))
      return FALSE;
  work->wakes_keeper = made && count > MADE_AT_ONCE;
  return TRUE;
}

/* A destroy command that failed on its host is given again, on hosts that answer. */
static gboolean
destroy_again(Work *work, const Capacity *capacity, const Pool *pool, GError **error)
{
  for (guint i = 0; i < capacity->desktops->len; i++) {
    const Desktop *desktop = g_ptr_array_index(capacity->desktops, i);
    const Host *host = capacity_host(capacity, desktop->host);
    if (desktop->assignment != ASSIGNMENT_RECYCLING || !g_str_equal(desktop->pool_id, pool->id) ||
        host->state != HOST_UP)
      continue;
    gboolean waits;
    HostCommand command = {.kind = HOST_COMMAND_DESTROY, .desktop = desktop->id, .epoch = desktop->epoch};
    if (!outbox_store_waits(work->transaction, desktop->id, "destroy", &waits, error) ||
        (!waits && !work_command(work, desktop->host, &command, error)))
      return FALSE;
  }
  return TRUE;
}

static gboolean
has_desktops(const Capacity *capacity, const Pool *pool)
{
  for (guint i = 0; i < capacity->desktops->len; i++)
    if (g_str_equal(((Desktop *)g_ptr_array_index(capacity->desktops, i))->pool_id, pool->id))
      return TRUE;
  return FALSE;
}

static gboolean
keep_pool(Services *services, const Pool *pool, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  if (work == NULL)
    return FALSE;
  g_autoptr(Capacity) capacity = capacity_read(work, error);
  if (capacity == NULL)
    return FALSE;
  if (pool->deleting && !has_desktops(capacity, pool)) {
    keeper_memory_forget(services->keeper_memory, pool->id);
    return pool_store_remove(work->transaction, pool->id, error) && work_commit(work, error);
  }
  PoolSizingFacts facts = capacity_sizing(capacity, pool);
  PoolSizingSteps steps = pool_sizing_plan(&facts);
  if (!retire(work, capacity, pool, &steps, error) || !destroy_again(work, capacity, pool, error))
    return FALSE;
  work->wakes_keeper = FALSE; /* it is this */
  if (!make(work, pool, steps.make, error))
    return FALSE;
  /* Nothing to write is the ordinary case: an empty commit does not touch the disk. */
  return work_commit(work, error);
}

/* Pools are read before; what changed since wakes the keeper again. */
static GPtrArray *
read_pools(Services *services, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_READ, error);
  return work != NULL ? pool_store_all(work->transaction, error) : NULL;
}

gboolean
pool_keeper_run(Services *services, GError **error)
{
  g_autoptr(GPtrArray) pools = read_pools(services, error);
  if (pools == NULL)
    return FALSE;
  for (guint i = 0; i < pools->len; i++)
    if (!keep_pool(services, g_ptr_array_index(pools, i), error))
      return FALSE;
  return TRUE;
}
