/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/policy/assignment_ranking.h"
#include "broker/service/capacity.h"
#include "broker/service/connect.h"
#include "broker/service/known_access.h"
#include "broker/service/lifecycle.h"
#include "broker/service/session_view.h"
#include "broker/store/desktop_store.h"
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

/* Whether a desktop could be given out now; else the reasons. A guess: connecting decides. */
static gboolean
find_room(Request *request, const Pool *pool, DesktopOffer *offer, GError **error)
{
  g_autofree char *shape = lifecycle_shape(pool);
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
  offer->reasons = g_new0(char *, 2);
  offer->reasons[0] = g_strdup_printf("All %u desktops are in use.", facts.size);
  return TRUE;
}

static gboolean
complete_own(Work *work, DesktopOffer *offer, GError **error)
{
  offer->available = TRUE;
  return session_view_complete(work->transaction, offer->session, error);
}

static DesktopOffer *
make_offer(Request *request, const Pool *pool, GError **error)
{
  g_autoptr(DesktopOffer) offer = g_new0(DesktopOffer, 1);
  offer->pool_id = g_strdup(pool->id);
  offer->pool_name = g_strdup(pool->name);
  offer->description = g_strdup(pool->description);
  GError *problem = NULL;
  offer->session =
      session_store_find_live(request->work->transaction, request->caller->user_id, pool->id, &problem);
  if (problem != NULL && !g_error_matches(problem, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND)) {
    g_propagate_error(error, problem);
    return NULL;
  }
  g_clear_error(&problem);
  gboolean done = offer->session != NULL ? complete_own(request->work, offer, error)
                                         : find_room(request, pool, offer, error);
  return done ? g_steal_pointer(&offer) : NULL;
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
  session_free(offer->session);
  g_strfreev(offer->reasons);
  g_free(offer);
}
