/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/connect/entitled.h"
#include "broker/service/pools/pool_admin.h"
#include "broker/store/entitlement_store.h"
#include "broker/store/group_store.h"
#include "broker/store/pool_store.h"
#include "broker/store/user_store.h"

GPtrArray *
pool_admin_entitlements(Services *services, const char *key, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_READ, error);
  if (work == NULL)
    return NULL;
  g_autoptr(Pool) pool = pool_store_find(work->transaction, key, error);
  return pool != NULL ? entitlement_store_list(work->transaction, pool->id, error) : NULL;
}

/* The user or group with id or name @key, as an Entitlement. */
static Entitlement *
find_subject(Work *work, EntitlementKind kind, const char *key, GError **error)
{
  g_autoptr(User) user = NULL;
  g_autoptr(Group) group = NULL;
  if (kind == ENTITLEMENT_USER)
    user = user_store_find(work->transaction, key, error);
  else
    group = group_store_find(work->transaction, key, error);
  if (user == NULL && group == NULL)
    return NULL;
  Entitlement *subject = g_new0(Entitlement, 1);
  subject->kind = kind;
  subject->subject_id = g_strdup(user != NULL ? user->id : group->id);
  subject->name = g_strdup(user != NULL ? user->name : group->name);
  return subject;
}

static gboolean
audit(Work *work, const Caller *caller, const char *action, const Pool *pool, const Entitlement *subject,
      GError **error)
{
  g_autofree char *detail = g_strdup_printf("%s %s", entitlement_kind_name(subject->kind), subject->name);
  return work_audit(work, caller, action, "pool", pool->name, detail, error);
}

gboolean
pool_admin_entitle(Services *services, const Caller *caller, const char *pool_key, EntitlementKind kind,
                   const char *subject_key, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  if (work == NULL)
    return FALSE;
  g_autoptr(Pool) pool = pool_store_find(work->transaction, pool_key, error);
  if (pool == NULL)
    return FALSE;
  g_autoptr(Entitlement) subject = find_subject(work, kind, subject_key, error);
  return subject != NULL &&
         entitlement_store_add(work->transaction, pool->id, kind, subject->subject_id, error) &&
         audit(work, caller, "pool.entitle", pool, subject, error) && work_commit(work, error);
}

gboolean
pool_admin_withdraw(Services *services, const Caller *caller, const char *pool_key, EntitlementKind kind,
                    const char *subject_key, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  if (work == NULL)
    return FALSE;
  g_autoptr(Pool) pool = pool_store_find(work->transaction, pool_key, error);
  if (pool == NULL)
    return FALSE;
  g_autoptr(Entitlement) subject = find_subject(work, kind, subject_key, error);
  return subject != NULL &&
         entitlement_store_remove(work->transaction, pool->id, kind, subject->subject_id, error) &&
         audit(work, caller, "pool.withdraw", pool, subject, error) &&
         entitled_cut_others(work, caller, pool->id, error) && work_commit(work, error);
}
