/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/pools/pool_keeper.h"

#include "broker/model/object.h"
#include "broker/service/desktops/desktop_maker.h"
#include "broker/service/desktops/lifecycle.h"
#include "broker/service/hosts/capacity.h"
#include "broker/service/shared_memory.h"
#include "broker/store/capacity_store.h"
#include "broker/store/desktop_store.h"
#include "broker/store/pool_store.h"
#include "broker/store/role_binding_store.h"

/* A few at a time: the writer's turn is short, and who wants to sign in meanwhile gets one in between. */
#define MADE_AT_ONCE    16
#define RETIRED_AT_ONCE 64

/* What the turn for one pool is about. */
typedef struct {
  const Pool *pool;
  char *shape;
  PoolSizingSteps steps;
  gboolean is_over; /* deleted, and its last desktop is gone */
} Turn;

static void
turn_clear(Turn *turn)
{
  g_free(turn->shape);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Turn, turn_clear)

static gboolean
read_turn(Work *work, const Pool *pool, Turn *ret_turn, GError **error)
{
  PoolSizingFacts facts;
  gboolean has_desktops = TRUE;
  if ((pool->deleting && !capacity_store_has_desktops(work->transaction, pool->id, &has_desktops, error)) ||
      !capacity_sizing(work, pool, &facts, error))
    return FALSE;
  *ret_turn = (Turn){.pool = pool,
                     .shape = desktop_maker_shape(pool),
                     .steps = pool_sizing_plan(&facts),
                     .is_over = pool->deleting && !has_desktops};
  return TRUE;
}

/* Gives up all of @desktops (transfer full, nullable after a failure). */
static gboolean
retire_all(Work *work, GPtrArray *desktops, GError **error)
{
  g_autoptr(GPtrArray) list = desktops;
  if (list == NULL)
    return FALSE;
  for (guint i = 0; i < list->len; i++)
    if (!lifecycle_desktop(work, g_ptr_array_index(list, i), DESKTOP_EVENT_RETIRE,
                           CARAWAY_ERROR_SESSION_ENDED, "The desktop is no longer wanted.", error))
      return FALSE;
  return TRUE;
}

static gboolean
retire_youngest(Work *work, const Turn *turn, Assignment assignment, guint count, GError **error)
{
  return count == 0 || retire_all(work,
                                  desktop_store_youngest(work->transaction, turn->pool->id, assignment,
                                                         turn->shape, MIN(count, RETIRED_AT_ONCE), error),
                                  error);
}

/* Last in, first out: what was made long ago has proved itself. */
static gboolean
retire(Work *work, const Turn *turn, GError **error)
{
  const PoolSizingSteps *steps = &turn->steps;
  return (steps->retire_outdated == 0 ||
          retire_all(
              work,
              desktop_store_outdated(work->transaction, turn->pool->id, turn->shape, RETIRED_AT_ONCE, error),
              error)) &&
         retire_youngest(work, turn, ASSIGNMENT_NONE, steps->retire_starting, error) &&
         retire_youngest(work, turn, ASSIGNMENT_SPARE, steps->retire_spare, error);
}

static gboolean
make_one(Work *work, const Pool *pool, Capacity *capacity, gboolean *ret_made, GError **error)
{
  g_auto(Placement) placement = {.host = -1};
  if (!capacity_place(capacity, work, pool, &placement, error))
    return FALSE;
  *ret_made = placement.host >= 0;
  shared_memory_pool_obstacles(work, pool->id, *ret_made ? NULL : (const char *const *)placement.reasons);
  if (!*ret_made)
    return TRUE;
  const Host *host = g_ptr_array_index(capacity->hosts, (guint)placement.host);
  g_autoptr(Desktop) desktop = desktop_maker_create(work, pool, host->name, NULL, 0, error);
  if (desktop == NULL)
    return FALSE;
  capacity_promise(capacity, host->name, pool);
  return TRUE;
}

static gboolean
may_make(Services *services, const Pool *pool)
{
  return keeper_memory_may_try(services->keeper_memory, pool->id, clock_boottime_us(services->clock));
}

static gboolean
make(Work *work, const Pool *pool, guint count, gboolean *ret_made, GError **error)
{
  *ret_made = may_make(work->services, pool);
  if (count == 0 || !*ret_made)
    return TRUE;
  g_autoptr(Capacity) capacity = capacity_read(work, error);
  if (capacity == NULL)
    return FALSE;
  for (guint i = 0; i < MIN(count, MADE_AT_ONCE) && *ret_made; i++)
    if (!make_one(work, pool, capacity, ret_made, error))
      return FALSE;
  return TRUE;
}

/* A command to destroy or release that failed on its host is given again, on hosts that answer. */
static gboolean
destroy_again(Work *work, const GPtrArray *desktops, GError **error)
{
  for (guint i = 0; i < desktops->len; i++)
    if (!lifecycle_remove_again(work, g_ptr_array_index(desktops, i), error))
      return FALSE;
  return TRUE;
}

static GPtrArray *
read_undestroyed(Work *work, const Pool *pool, GError **error)
{
  return desktop_store_undestroyed(work->transaction, pool->id, RETIRED_AT_ONCE, error);
}

static gboolean
take_steps(Work *work, const Turn *turn, GError **error)
{
  const PoolSizingSteps *steps = &turn->steps;
  gboolean made;
  if (steps->make == 0)
    shared_memory_pool_obstacles(work, turn->pool->id, NULL);
  g_autoptr(GPtrArray) undestroyed = read_undestroyed(work, turn->pool, error);
  if (undestroyed == NULL || !destroy_again(work, undestroyed, error) || !retire(work, turn, error) ||
      !make(work, turn->pool, steps->make, &made, error))
    return FALSE;
  /* It is the keeper itself that changed this: only what did not fit into this turn wakes it. */
  work->wakes_keeper =
      (made && steps->make > MADE_AT_ONCE) || undestroyed->len == RETIRED_AT_ONCE ||
      MAX(MAX(steps->retire_outdated, steps->retire_starting), steps->retire_spare) > RETIRED_AT_ONCE;
  return work_commit(work, error);
}

static gboolean
act(Services *services, const Pool *pool, GError **error)
{
  g_auto(Turn) turn = {0};
  g_autoptr(Work) work = work_begin_as_keeper(services, error);
  if (work == NULL || !read_turn(work, pool, &turn, error))
    return FALSE;
  if (!turn.is_over)
    return take_steps(work, &turn, error);
  keeper_memory_forget(services->keeper_memory, pool->id);
  g_autofree char *path = object_path("/pools", pool->id);
  return pool_store_remove(work->transaction, pool->id, error) &&
         role_binding_store_remove_at(work->transaction, path, error) && work_commit(work, error);
}

/* Whether @pool is not as it should be. Nothing to do is the ordinary case, and takes nobody's turn to write.
 */
static gboolean
look(Work *work, const Pool *pool, gboolean *ret_wants_action, GError **error)
{
  g_auto(Turn) turn = {0};
  if (!read_turn(work, pool, &turn, error))
    return FALSE;
  const PoolSizingSteps *steps = &turn.steps;
  gboolean trouble_is_over =
      steps->make == 0 && keeper_memory_has_obstacles(work->services->keeper_memory, pool->id);
  *ret_wants_action = turn.is_over || trouble_is_over ||
                      steps->retire_outdated + steps->retire_starting + steps->retire_spare > 0 ||
                      (steps->make > 0 && may_make(work->services, pool));
  if (*ret_wants_action)
    return TRUE;
  g_autoptr(GPtrArray) undestroyed = read_undestroyed(work, pool, error);
  *ret_wants_action = undestroyed != NULL && undestroyed->len > 0;
  return undestroyed != NULL;
}

/* The pools that are not as they should be. What changes after this wakes the keeper again. */
static GPtrArray *
find_pools(Services *services, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_READ, error);
  g_autoptr(GPtrArray) pools = work != NULL ? pool_store_all(work->transaction, error) : NULL;
  for (guint i = pools != NULL ? pools->len : 0; i-- > 0;) {
    gboolean wants_action;
    if (!look(work, g_ptr_array_index(pools, i), &wants_action, error))
      return NULL;
    if (!wants_action)
      g_ptr_array_remove_index(pools, i);
  }
  return g_steal_pointer(&pools);
}

gboolean
pool_keeper_run(Services *services, GError **error)
{
  g_autoptr(GPtrArray) pools = find_pools(services, error);
  if (pools == NULL)
    return FALSE;
  for (guint i = 0; i < pools->len; i++)
    if (!act(services, g_ptr_array_index(pools, i), error))
      return FALSE;
  return TRUE;
}
