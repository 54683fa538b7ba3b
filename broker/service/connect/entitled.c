/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/connect/entitled.h"

#include "broker/policy/entitlement_decision.h"
#include "broker/service/desktops/lifecycle.h"
#include "broker/store/entitlement_store.h"
#include "broker/store/pool_store.h"
#include "broker/store/session_store.h"
#include "broker/store/user_store.h"

gboolean
entitled_decide(Work *work, const char *user_id, const Pool *pool, gboolean *ret_allowed, char **ret_reason,
                GError **error)
{
  g_autoptr(User) user = user_store_find(work->transaction, user_id, error);
  gint64 own, by_group;
  if (user == NULL || !entitlement_store_count(work->transaction, pool->id, user_id, &own, &by_group, error))
    return FALSE;
  const EntitlementFacts facts = {.user = user->name,
                                  .pool = pool->name,
                                  .disabled = user->disabled,
                                  .entitled = own > 0,
                                  .group_entitled = by_group > 0};
  *ret_allowed = entitlement_decision_allows(&facts, ret_reason);
  return TRUE;
}

gboolean
entitled_check(Work *work, const char *user_id, const Pool *pool, GError **error)
{
  gboolean allowed;
  g_autofree char *reason = NULL;
  if (!entitled_decide(work, user_id, pool, &allowed, &reason, error))
    return FALSE;
  if (allowed)
    return TRUE;
  GError *refusal = g_error_new_literal(CARAWAY_ERROR, CARAWAY_ERROR_NOT_ENTITLED,
                                        "You may not use this pool; ask your administrator to entitle you.");
  error_set_reasons(refusal, (const char *const[]){reason, NULL});
  g_propagate_error(error, refusal);
  return FALSE;
}

static gboolean
cut_if_not_entitled(Work *work, const Caller *caller, const Pool *pool, const Session *session,
                    GError **error)
{
  gboolean allowed;
  g_autofree char *reason = NULL;
  if (!entitled_decide(work, session->user_id, pool, &allowed, &reason, error))
    return FALSE;
  return allowed || lifecycle_end(work, caller, session, CARAWAY_ERROR_NOT_ENTITLED, reason, error);
}

static gboolean
cut_on(Work *work, const Caller *caller, const Pool *pool, GError **error)
{
  g_autoptr(GPtrArray) sessions = session_store_of_pool(work->transaction, pool->id, error);
  if (sessions == NULL)
    return FALSE;
  for (guint i = 0; i < sessions->len; i++)
    if (!cut_if_not_entitled(work, caller, pool, g_ptr_array_index(sessions, i), error))
      return FALSE;
  return TRUE;
}

gboolean
entitled_cut_user(Work *work, const Caller *caller, const char *user_id, GError **error)
{
  g_autoptr(GPtrArray) sessions = session_store_of_user(work->transaction, user_id, error);
  if (sessions == NULL)
    return FALSE;
  for (guint i = 0; i < sessions->len; i++) {
    const Session *session = g_ptr_array_index(sessions, i);
    g_autoptr(Pool) pool = pool_store_find(work->transaction, session->pool_id, error);
    if (pool == NULL || !cut_if_not_entitled(work, caller, pool, session, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
entitled_cut_others(Work *work, const Caller *caller, const char *pool_id, GError **error)
{
  g_autoptr(Pool) pool = pool_store_find(work->transaction, pool_id, error);
  return pool != NULL && cut_on(work, caller, pool, error);
}

gboolean
entitled_cut_all(Work *work, const Caller *caller, GError **error)
{
  g_autoptr(GPtrArray) pools = pool_store_all(work->transaction, error);
  if (pools == NULL)
    return FALSE;
  for (guint i = 0; i < pools->len; i++)
    if (!cut_on(work, caller, g_ptr_array_index(pools, i), error))
      return FALSE;
  return TRUE;
}
