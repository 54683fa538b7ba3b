/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/policy/assignment_ranking.h"
#include "broker/policy/connect_rules.h"
#include "broker/service/away/known_access.h"
#include "broker/service/connect/connect.h"
#include "broker/service/desktops/desktop_maker.h"
#include "broker/service/hosts/capacity.h"
#include "broker/service/pools/pool_schedule.h"
#include "broker/service/sessions/session_view.h"
#include "broker/store/desktop_store.h"
#include "broker/store/host_store.h"
#include "broker/store/pool_store.h"
#include "broker/store/session_store.h"

/* What all pools of one answer share, read when the first of them needs it. */
typedef struct {
  Work *work;
  const Caller *caller;
  Capacity *capacity; /* nullable */
} Request;

static gboolean
find_host(Request *request, const Pool *pool, DesktopOffer *offer, GError **error)
{
  if (request->capacity == NULL)
    request->capacity = capacity_read(request->work, error);
  g_auto(Placement) placement = {.host = -1};
  if (request->capacity == NULL || !capacity_place(request->capacity, request->work, pool, &placement, error))
    return FALSE;
  offer->available = placement.host >= 0;
  if (!offer->available)
    offer->reasons = g_steal_pointer(&placement.reasons);
  return TRUE;
}

static void
set_reason(DesktopOffer *offer, char *sentence)
{
  offer->reasons = g_new0(char *, 2);
  offer->reasons[0] = sentence;
}

/* The pool has no room, or what it has is on hosts that do not answer. */
static gboolean
say_full(Request *request, const Pool *pool, guint size, DesktopOffer *offer, GError **error)
{
  guint unreachable;
  g_auto(GStrv) hosts = NULL;
  if (!desktop_store_unreachable(request->work->transaction, pool->id, &unreachable, &hosts, error))
    return FALSE;
  g_autofree char *names = connect_rules_hosts((const char *const *)hosts);
  if (unreachable > 0)
    set_reason(offer, g_strdup_printf("Free desktops are on %s, which %s not answer at the moment.", names,
                                      hosts[1] == NULL ? "does" : "do"));
  else
    set_reason(offer, g_strdup_printf("All %u desktops are in use.", size));
  return TRUE;
}

/* Whether a desktop could be given out now; else the reasons. A guess: connecting decides. */
static gboolean
find_room(Request *request, const Pool *pool, DesktopOffer *offer, GError **error)
{
  g_auto(ScheduleSpan) wanted = pool_schedule_at(pool, request->work->now_us);
  char *closed = connect_rules_closed(pool, &wanted);
  if (closed != NULL) {
    set_reason(offer, closed);
    return TRUE;
  }
  g_autofree char *shape = desktop_maker_shape(pool);
  g_autoptr(GPtrArray) free =
      desktop_store_free_of_pool(request->work->transaction, pool->id, shape, 1, error);
  if (free == NULL)
    return FALSE;
  g_autoptr(GPtrArray) ranking = assignment_ranking_make(free, NULL, shape);
  offer->available = ranking->len > 0;
  PoolSizingFacts facts;
  if (offer->available)
    return TRUE;
  if (!capacity_sizing(request->work, pool, &facts, error))
    return FALSE;
  if (pool_sizing_has_room(&facts))
    return find_host(request, pool, offer, error);
  return say_full(request, pool, facts.size, offer, error);
}

static gboolean
is_open(const DesktopOffer *offer, const Desktop *desktop)
{
  for (guint i = 0; i < offer->sessions->len; i++)
    if (g_str_equal(((Session *)g_ptr_array_index(offer->sessions, i))->desktop_id, desktop->id))
      return TRUE;
  return FALSE;
}

static const Desktop *
first_unopened(const DesktopOffer *offer)
{
  for (guint i = 0; i < offer->desktops->len; i++) {
    const Desktop *desktop = g_ptr_array_index(offer->desktops, i);
    if (!is_open(offer, desktop))
      return desktop;
  }
  return NULL;
}

/* One's own desktop that is not open: it can be as soon as its host has it. */
static gboolean
look_at_own(Request *request, const Desktop *own, DesktopOffer *offer, GError **error)
{
  g_autoptr(Host) host = host_store_find(request->work->transaction, own->host, error);
  if (host == NULL)
    return FALSE;
  offer->available = host->state == HOST_UP && own->power != POWER_LOST;
  if (offer->available)
    return TRUE;
  set_reason(offer, host->state == HOST_UP
                        ? g_strdup_printf("The host %s does not have %s any more.", host->name, own->name)
                        : g_strdup_printf("The host %s does not answer at the moment.", host->name));
  return TRUE;
}

/* Whether one more than is open could be had; fills what is offered. */
static gboolean
look_for_one(Request *request, const Pool *pool, DesktopOffer *offer, GError **error)
{
  const Desktop *own = first_unopened(offer);
  if (own != NULL)
    return look_at_own(request, own, offer, error);
  if (pool->kind == POOL_MANUAL)
    set_reason(offer, g_strdup("An administrator assigns the desktops of this pool."));
  else if (offer->desktops->len >= pool->desktops_per_user)
    set_reason(offer, g_strdup("You have as many desktops of this pool as you may."));
  else
    return find_room(request, pool, offer, error);
  return TRUE;
}

static gboolean
complete_sessions(Request *request, DesktopOffer *offer, GError **error)
{
  for (guint i = 0; i < offer->sessions->len; i++)
    if (!session_view_complete(request->work->transaction, g_ptr_array_index(offer->sessions, i), error))
      return FALSE;
  return TRUE;
}

static gboolean
fill_offer(Request *request, const Pool *pool, DesktopOffer *offer, GError **error)
{
  gboolean has_session = offer->sessions->len > 0;
  if (has_session && first_unopened(offer) == NULL && offer->desktops->len >= pool->desktops_per_user) {
    offer->available = TRUE; /* the ordinary case, which asks no host */
    return complete_sessions(request, offer, error);
  }
  if (!look_for_one(request, pool, offer, error))
    return FALSE;
  offer->may_open_another = offer->available && offer->desktops->len > 0 && has_session;
  if (!has_session)
    return TRUE;
  offer->available = TRUE;
  g_clear_pointer(&offer->reasons, g_strfreev);
  return complete_sessions(request, offer, error);
}

static DesktopOffer *
make_offer(Request *request, const Pool *pool, GError **error)
{
  DbTransaction *transaction = request->work->transaction;
  const char *user_id = request->caller->user_id;
  g_autoptr(DesktopOffer) offer = g_new0(DesktopOffer, 1);
  offer->pool_id = g_strdup(pool->id);
  offer->pool_name = g_strdup(pool->name);
  offer->description = g_strdup(pool->description);
  offer->kind = pool->kind;
  offer->on_logoff = pool->on_logoff;
  offer->sessions = session_store_live(transaction, user_id, pool->id, error);
  if (offer->sessions == NULL)
    return NULL;
  offer->desktops = desktop_store_owned(transaction, pool->id, user_id, error);
  if (offer->desktops == NULL || !fill_offer(request, pool, offer, error))
    return NULL;
  return g_steal_pointer(&offer);
}

static GPtrArray *
make_offers(Request *request, GError **error)
{
  g_autoptr(GPtrArray) pools =
      pool_store_of_user(request->work->transaction, request->caller->user_id, error);
  if (pools == NULL)
    return NULL;
  g_autoptr(GPtrArray) offers = g_ptr_array_new_with_free_func((GDestroyNotify)desktop_offer_free);
  for (guint i = 0; i < pools->len; i++) {
    DesktopOffer *offer = make_offer(request, g_ptr_array_index(pools, i), error);
    if (offer == NULL)
      return NULL;
    g_ptr_array_add(offers, offer);
  }
  return g_steal_pointer(&offers);
}

static GPtrArray *
read_offers(Services *services, const Caller *caller, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_READ, error);
  if (work == NULL)
    return NULL;
  Request request = {.work = work, .caller = caller};
  GPtrArray *offers = make_offers(&request, error);
  capacity_free(request.capacity);
  return offers;
}

GPtrArray *
connect_offers(Services *services, const Caller *caller, GError **error)
{
  GError *problem = NULL;
  GPtrArray *offers = read_offers(services, caller, &problem);
  if (database_watch_is_trouble(problem))
    return known_access_offers(services, caller, problem, error);
  if (offers == NULL)
    g_propagate_error(error, problem);
  return offers;
}

void
desktop_offer_free(DesktopOffer *offer)
{
  if (offer == NULL)
    return;
  g_free(offer->pool_id);
  g_free(offer->pool_name);
  g_free(offer->description);
  g_clear_pointer(&offer->sessions, g_ptr_array_unref);
  g_clear_pointer(&offer->desktops, g_ptr_array_unref);
  g_strfreev(offer->reasons);
  g_free(offer);
}
