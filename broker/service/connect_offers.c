/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/policy/assignment_ranking.h"
#include "broker/service/capacity.h"
#include "broker/service/connect.h"
#include "broker/service/lifecycle.h"
#include "broker/service/session_view.h"
#include "broker/store/pool_store.h"
#include "broker/store/session_store.h"

/* Whether a desktop could be given out now; else the reasons. A guess: connecting decides. */
static gboolean
find_room(Work *work, const Capacity *capacity, const Pool *pool, DesktopOffer *offer, GError **error)
{
  PoolSizingFacts facts = capacity_sizing(capacity, pool);
  g_autoptr(GPtrArray) up = capacity_hosts_up(capacity->hosts);
  g_autofree char *shape = lifecycle_shape(pool);
  g_autoptr(GPtrArray) of_pool = g_ptr_array_new();
  for (guint i = 0; i < capacity->desktops->len; i++)
    if (g_str_equal(((Desktop *)g_ptr_array_index(capacity->desktops, i))->pool_id, pool->id))
      g_ptr_array_add(of_pool, g_ptr_array_index(capacity->desktops, i));
  g_autoptr(GPtrArray) ranking = assignment_ranking_make(of_pool, up, shape);
  offer->available = ranking->len > 0;
  if (offer->available)
    return TRUE;
  if (!pool_sizing_has_room(&facts)) {
    offer->reasons = g_new0(char *, 2);
    offer->reasons[0] = g_strdup_printf("All %u desktops are in use.", facts.size);
    return TRUE;
  }
  g_auto(Placement) placement = {.host = -1};
  if (!capacity_place(capacity, work, pool, &placement, error))
    return FALSE;
  offer->available = placement.host >= 0;
  if (!offer->available)
    offer->reasons = g_steal_pointer(&placement.reasons);
  return TRUE;
}

static gboolean
complete_own(Work *work, DesktopOffer *offer, GError **error)
{
  offer->available = TRUE;
  return session_view_complete(work->transaction, offer->session, error);
}

static DesktopOffer *
make_offer(Work *work, const Caller *caller, const Capacity *capacity, const Pool *pool, GError **error)
{
  g_autoptr(DesktopOffer) offer = g_new0(DesktopOffer, 1);
  offer->pool_id = g_strdup(pool->id);
  offer->pool_name = g_strdup(pool->name);
  offer->description = g_strdup(pool->description);
  GError *problem = NULL;
  offer->session = session_store_find_live(work->transaction, caller->user_id, pool->id, &problem);
  if (problem != NULL && !g_error_matches(problem, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND)) {
    g_propagate_error(error, problem);
    return NULL;
  }
  g_clear_error(&problem);
  gboolean done = offer->session != NULL ? complete_own(work, offer, error)
                                         : find_room(work, capacity, pool, offer, error);
  return done ? g_steal_pointer(&offer) : NULL;
}

GPtrArray *
connect_offers(Services *services, const Caller *caller, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_READ, error);
  if (work == NULL)
    return NULL;
  g_autoptr(Capacity) capacity = capacity_read(work, error);
  if (capacity == NULL)
    return NULL;
  g_autoptr(GPtrArray) pools = pool_store_of_user(work->transaction, caller->user_id, error);
  if (pools == NULL)
    return NULL;
  g_autoptr(GPtrArray) offers = g_ptr_array_new_with_free_func((GDestroyNotify)desktop_offer_free);
  for (guint i = 0; i < pools->len; i++) {
    DesktopOffer *offer = make_offer(work, caller, capacity, g_ptr_array_index(pools, i), error);
    if (offer == NULL)
      return NULL;
    g_ptr_array_add(offers, offer);
  }
  return g_steal_pointer(&offers);
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
