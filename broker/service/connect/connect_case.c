/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/connect/connect_case.h"

#include "broker/policy/assignment_ranking.h"
#include "broker/policy/host_machine.h"
#include "broker/policy/take_over.h"
#include "broker/service/desktops/desktop_maker.h"
#include "broker/service/pools/pool_schedule.h"
#include "broker/store/desktop_store.h"
#include "broker/store/entitlement_store.h"
#include "broker/store/host_store.h"
#include "broker/store/pool_store.h"
#include "broker/store/session_store.h"
#include "broker/store/user_store.h"

/* So many ready desktops are ranked: one is enough, the others are for the case that it is lost meanwhile. */
#define CANDIDATES 4

/* --- who asks for what --- */

static gboolean
read_pool(ConnectCase *connect, GError **error)
{
  GError *problem = NULL;
  connect->pool = pool_store_find(connect->work->transaction, connect->pool_key, &problem);
  if (connect->pool != NULL || g_error_matches(problem, CARAWAY_ERROR, CARAWAY_ERROR_UNKNOWN_POOL)) {
    g_clear_error(&problem);
    return TRUE;
  }
  g_propagate_error(error, problem);
  return FALSE;
}

static gboolean
read_entitlement(ConnectCase *connect, GError **error)
{
  gint64 own, by_group;
  if (!entitlement_store_count(connect->work->transaction, connect->pool->id, connect->user->id, &own,
                               &by_group, error))
    return FALSE;
  connect->facts.entitled = own > 0;
  if (by_group == 0)
    return TRUE;
  connect->groups =
      entitlement_store_groups(connect->work->transaction, connect->pool->id, connect->user->id, error);
  connect->facts.groups = (const char *const *)connect->groups;
  return connect->groups != NULL;
}

/* --- what is theirs --- */

static Session *
session_on(const ConnectCase *connect, const Desktop *desktop)
{
  for (guint i = 0; i < connect->sessions->len; i++) {
    Session *session = g_ptr_array_index(connect->sessions, i);
    if (g_str_equal(session->desktop_id, desktop->id))
      return session;
  }
  return NULL;
}

static gboolean
is_named(const Desktop *desktop, const char *key)
{
  return g_str_equal(desktop->id, key) || g_str_equal(desktop->name, key);
}

/* The first that is wanted by name; else the first in a session, or not in one when another is wanted; else
 * any that is in none. */
static Desktop *
choose(const ConnectCase *connect)
{
  Desktop *unopened = NULL;
  for (guint i = 0; i < connect->desktops->len; i++) {
    Desktop *desktop = g_ptr_array_index(connect->desktops, i);
    gboolean open = session_on(connect, desktop) != NULL;
    if (connect->desktop != NULL ? is_named(desktop, connect->desktop) : open && !connect->another)
      return desktop;
    if (!open && unopened == NULL)
      unopened = desktop;
  }
  return connect->desktop == NULL ? unopened : NULL;
}

/* What was given up is lost, too, until it says hello. */
static gboolean
is_lost(Services *services, const Host *host)
{
  return host->state == HOST_DOWN ||
         (host->state == HOST_SILENT &&
          host_silence_us(services->host_silence, host->name, host->term,
                          clock_boottime_us(services->clock)) >= HOST_PATIENCE_US);
}

static gboolean
read_chosen(ConnectCase *connect, GError **error)
{
  const Desktop *desktop = connect->chosen;
  g_autoptr(Host) host = host_store_find(connect->work->transaction, desktop->host, error);
  if (host == NULL)
    return FALSE;
  const Session *session = connect->session = session_on(connect, desktop);
  gboolean elsewhere = session != NULL && take_over_is_elsewhere(session, connect->device);
  connect->own = (ConnectOwn){.name = desktop->name,
                              .host = desktop->host,
                              .host_state = host->state,
                              .host_duty = host->duty,
                              .host_lost = is_lost(connect->work->services, host),
                              .power = desktop->power,
                              .elsewhere = elsewhere,
                              .elsewhere_at = elsewhere ? session->connected_from : NULL};
  return TRUE;
}

/* The rules ask about one of their own: the one that is chosen, or any when they have enough. */
static gboolean
read_theirs(ConnectCase *connect, GError **error)
{
  DbTransaction *transaction = connect->work->transaction;
  g_clear_pointer(&connect->sessions, g_ptr_array_unref);
  g_clear_pointer(&connect->desktops, g_ptr_array_unref);
  connect->session = NULL;
  connect->sessions = session_store_live(transaction, connect->user->id, connect->pool->id, error);
  if (connect->sessions == NULL)
    return FALSE;
  connect->desktops = desktop_store_owned(transaction, connect->pool->id, connect->user->id, error);
  if (connect->desktops == NULL)
    return FALSE;
  connect->chosen = choose(connect);
  if (connect->chosen == NULL && connect->desktop != NULL) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND, "You have no such desktop in this pool.");
    return FALSE;
  }
  connect->facts.own_count = connect->desktops->len;
  connect->facts.another = connect->chosen == NULL && connect->another;
  if (connect->chosen == NULL && connect->desktops->len > 0)
    connect->chosen = g_ptr_array_index(connect->desktops, 0);
  connect->facts.own = connect->chosen != NULL ? &connect->own : NULL;
  return connect->chosen == NULL || read_chosen(connect, error);
}

gboolean
connect_case_read_own(ConnectCase *connect, GError **error)
{
  connect->facts.pool_key = connect->pool_key;
  if (connect->pool == NULL && !read_pool(connect, error))
    return FALSE;
  if (connect->pool == NULL)
    return TRUE;
  if (connect->user == NULL) {
    connect->user = user_store_find(connect->work->transaction, connect->user_id, error);
    if (connect->user == NULL || !read_entitlement(connect, error))
      return FALSE;
  }
  connect->facts.knowledge = CONNECT_KNOWS_OWN;
  connect->facts.explains = connect->explains;
  connect->facts.pool = connect->pool;
  connect->facts.user = connect->user->name;
  connect->facts.disabled = connect->user->disabled;
  connect->facts.take_over = connect->take_over;
  connect->facts.second_factor = connect->explains ? connect->user->second_factor : connect->proven;
  return read_theirs(connect, error);
}

/* --- what they could get --- */

static gboolean
read_unreachable(ConnectCase *connect, GError **error)
{
  if (!desktop_store_unreachable(connect->work->transaction, connect->pool->id, &connect->facts.unreachable,
                                 &connect->away_hosts, error))
    return FALSE;
  connect->facts.away_hosts = (const char *const *)connect->away_hosts;
  return TRUE;
}

gboolean
connect_case_read_spares(ConnectCase *connect, GError **error)
{
  connect->facts.knowledge = CONNECT_KNOWS_SPARES;
  if (connect->pool->kind == POOL_MANUAL)
    return TRUE;
  connect->wanted = pool_schedule_at(connect->pool, connect->work->now_us);
  connect->facts.wanted = &connect->wanted;
  g_autofree char *shape = desktop_maker_shape(connect->pool);
  connect->free =
      desktop_store_free_of_pool(connect->work->transaction, connect->pool->id, shape, CANDIDATES, error);
  if (connect->free == NULL)
    return FALSE;
  connect->ranking = assignment_ranking_make(connect->free, NULL, shape);
  if (connect->ranking->len == 0)
    return read_unreachable(connect, error);
  const Desktop *best = g_ptr_array_index(connect->ranking, 0);
  if (assignment_ranking_is_ready(best))
    connect->facts.ready = best->name;
  else
    connect->facts.starting = best->name;
  return TRUE;
}

gboolean
connect_case_read_room(ConnectCase *connect, GError **error)
{
  connect->facts.knowledge = CONNECT_KNOWS_ROOM;
  if (connect->pool->kind == POOL_MANUAL)
    return TRUE;
  if (!capacity_sizing(connect->work, connect->pool, &connect->sizing, error))
    return FALSE;
  connect->facts.sizing = &connect->sizing;
  if (!pool_sizing_has_room(&connect->sizing))
    return TRUE;
  connect->capacity = capacity_read(connect->work, error);
  if (connect->capacity == NULL ||
      !capacity_place(connect->capacity, connect->work, connect->pool, &connect->placement, error))
    return FALSE;
  connect->facts.placement = &connect->placement;
  return TRUE;
}

/* --- the decision --- */

static gboolean
is_open_question(const ConnectCase *connect, const ConnectDecision *decision)
{
  return connect->pool != NULL && (decision->outcome == CONNECT_UNDECIDED ||
                                   (decision->outcome == CONNECT_REFUSE && connect->explains));
}

gboolean
connect_case_decide(ConnectCase *connect, ConnectDecision *ret_decision, GError **error)
{
  static gboolean (*const steps[])(ConnectCase * connect, GError * *error) = {connect_case_read_spares,
                                                                              connect_case_read_room};
  ConnectDecision decision = connect_rules_decide(&connect->facts);
  for (guint i = 0; i < G_N_ELEMENTS(steps) && is_open_question(connect, &decision); i++) {
    connect_decision_clear(&decision);
    if (!steps[i](connect, error))
      return FALSE;
    decision = connect_rules_decide(&connect->facts);
  }
  *ret_decision = decision;
  return TRUE;
}

guint
connect_case_free_slot(const ConnectCase *connect)
{
  guint slot = 1;
  for (guint i = 0; i < connect->desktops->len; i++) /* by slot */
    if (((Desktop *)g_ptr_array_index(connect->desktops, i))->slot == slot)
      slot++;
  return slot;
}

void
connect_case_clear(ConnectCase *connect)
{
  g_clear_pointer(&connect->user, user_free);
  g_clear_pointer(&connect->pool, pool_free);
  g_clear_pointer(&connect->groups, g_strfreev);
  g_clear_pointer(&connect->away_hosts, g_strfreev);
  g_clear_pointer(&connect->sessions, g_ptr_array_unref);
  g_clear_pointer(&connect->desktops, g_ptr_array_unref);
  g_clear_pointer(&connect->ranking, g_ptr_array_unref);
  g_clear_pointer(&connect->free, g_ptr_array_unref);
  g_clear_pointer(&connect->capacity, capacity_free);
  schedule_span_clear(&connect->wanted);
  placement_clear(&connect->placement);
}
