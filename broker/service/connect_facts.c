/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/connect_facts.h"

#include "broker/policy/assignment_ranking.h"
#include "broker/policy/host_machine.h"
#include "broker/service/capacity.h"
#include "broker/service/lifecycle.h"
#include "broker/service/pool_schedule.h"
#include "broker/store/desktop_store.h"
#include "broker/store/entitlement_store.h"
#include "broker/store/host_store.h"
#include "broker/store/session_store.h"
#include "broker/store/user_store.h"

static gboolean
read_user(Work *work, const Pool *pool, const char *user_id, ConnectReading *reading, GError **error)
{
  gint64 own, by_group;
  reading->user = user_store_find(work->transaction, user_id, error);
  if (reading->user == NULL ||
      !entitlement_store_count(work->transaction, pool->id, reading->user->id, &own, &by_group, error))
    return FALSE;
  reading->groups = by_group > 0
                        ? entitlement_store_groups(work->transaction, pool->id, reading->user->id, error)
                        : g_new0(char *, 1);
  reading->facts.user = reading->user->name;
  reading->facts.disabled = reading->user->disabled;
  reading->facts.entitled = own > 0;
  reading->facts.groups = (const char *const *)reading->groups;
  return reading->groups != NULL;
}

/* What was given up is lost, too, until it says hello. */
static gboolean
is_lost(Services *services, const Host *host)
{
  return host->state == HOST_DOWN ||
         (host->state == HOST_SILENT &&
          host_silence_us(services->host_silence, host->name, clock_boottime_us(services->clock)) >=
              HOST_PATIENCE_US);
}

static gboolean
describe_own(Work *work, const char *device, ConnectReading *reading, GError **error)
{
  const Session *session = reading->session;
  g_autoptr(Host) host = host_store_find(work->transaction, reading->desktop->host, error);
  if (host == NULL)
    return FALSE;
  reading->own = (ConnectOwn){.name = reading->desktop->name,
                              .host = reading->desktop->host,
                              .host_state = host->state,
                              .host_lost = is_lost(work->services, host),
                              .power = reading->desktop->power};
  reading->own.elsewhere = session != NULL && session->state == SESSION_CONNECTED &&
                           *session->device != '\0' && !g_str_equal(session->device, device);
  reading->own.elsewhere_at = session != NULL ? session->connected_from : NULL;
  reading->facts.own = &reading->own;
  reading->facts.own_count = 1;
  return TRUE;
}

static gboolean
read_own(Work *work, const Pool *pool, const char *device, ConnectReading *reading, GError **error)
{
  GError *problem = NULL;
  reading->session = session_store_find_live(work->transaction, reading->user->id, pool->id, &problem);
  if (reading->session == NULL) {
    gboolean none = g_error_matches(problem, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND);
    if (none)
      g_clear_error(&problem);
    else
      g_propagate_error(error, problem);
    return none;
  }
  reading->desktop = desktop_store_find(work->transaction, reading->session->desktop_id, error);
  return reading->desktop != NULL && describe_own(work, device, reading, error);
}

static gboolean
read_spares(Work *work, const Pool *pool, ConnectReading *reading, GError **error)
{
  g_autofree char *shape = lifecycle_shape(pool);
  g_autoptr(GPtrArray) free = desktop_store_free_of_pool(work->transaction, pool->id, shape, 1, error);
  if (free == NULL)
    return FALSE;
  g_autoptr(GPtrArray) ranking = assignment_ranking_make(free, NULL, shape);
  if (ranking->len == 0)
    return TRUE;
  const Desktop *best = g_ptr_array_index(ranking, 0);
  char **place = assignment_ranking_is_ready(best) ? &reading->ready : &reading->starting;
  *place = g_strdup(best->name);
  reading->facts.ready = reading->ready;
  reading->facts.starting = reading->starting;
  return TRUE;
}

static gboolean
read_room(Work *work, const Pool *pool, ConnectReading *reading, GError **error)
{
  if (!capacity_sizing(work, pool, &reading->sizing, error))
    return FALSE;
  reading->facts.sizing = &reading->sizing;
  reading->wanted = pool_schedule_at(pool, work->now_us);
  reading->facts.wanted = &reading->wanted;
  if (!pool_sizing_has_room(&reading->sizing))
    return TRUE;
  g_autoptr(Capacity) capacity = capacity_read(work, error);
  if (capacity == NULL || !capacity_place(capacity, work, pool, &reading->placement, error))
    return FALSE;
  reading->facts.placement = &reading->placement;
  return TRUE;
}

gboolean
connect_facts_read(Work *work, const Pool *pool, const char *user_id, const char *device,
                   ConnectKnowledge knowledge, ConnectReading *reading, GError **error)
{
  *reading = (ConnectReading){.facts = {.knowledge = knowledge, .pool = pool, .pool_key = pool->name}};
  return read_user(work, pool, user_id, reading, error) && read_own(work, pool, device, reading, error) &&
         (knowledge < CONNECT_KNOWS_SPARES || pool->kind == POOL_MANUAL ||
          read_spares(work, pool, reading, error)) &&
         (knowledge < CONNECT_KNOWS_ROOM || pool->kind == POOL_MANUAL ||
          read_room(work, pool, reading, error));
}

void
connect_reading_clear(ConnectReading *reading)
{
  g_clear_pointer(&reading->user, user_free);
  g_clear_pointer(&reading->groups, g_strfreev);
  g_clear_pointer(&reading->session, session_free);
  g_clear_pointer(&reading->desktop, desktop_free);
  g_clear_pointer(&reading->ready, g_free);
  g_clear_pointer(&reading->starting, g_free);
  schedule_span_clear(&reading->wanted);
  placement_clear(&reading->placement);
}
