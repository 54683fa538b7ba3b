/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/desktops/desktop_owner.h"

#include "broker/service/desktops/desktop_maker.h"
#include "broker/service/desktops/lifecycle.h"
#include "broker/service/rights/rights.h"
#include "broker/store/desktop_store.h"
#include "broker/store/foreign_store.h"
#include "broker/store/host_store.h"
#include "broker/store/pool_store.h"
#include "broker/store/user_store.h"
#include "common/base/text.h"

static gboolean
refuse_floating(const Desktop *desktop, GError **error)
{
  if (desktop->kind != POOL_FLOATING)
    return TRUE;
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT,
              "%s is of a floating pool: it is somebody's for one session, and only connecting gives it.",
              desktop->name);
  return FALSE;
}

/* --- assign --- */

/* The lowest slot of @user in the pool that is free, within what each user may have. */
static gboolean
find_slot(Work *work, const Desktop *desktop, const User *user, guint *ret_slot, GError **error)
{
  g_autoptr(Pool) pool = pool_store_find(work->transaction, desktop->pool_id, error);
  g_autoptr(GPtrArray) owned =
      pool != NULL ? desktop_store_owned(work->transaction, pool->id, user->id, error) : NULL;
  if (owned == NULL)
    return FALSE;
  if (owned->len >= pool->desktops_per_user) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_DESKTOP_LIMIT,
                "%s has %u of at most %u desktops of %s; unassign one first or raise desktops_per_user.",
                user->name, owned->len, pool->desktops_per_user, pool->name);
    return FALSE;
  }
  guint slot = 1;
  for (guint i = 0; i < owned->len; i++) /* by slot */
    if (((Desktop *)g_ptr_array_index(owned, i))->slot == slot)
      slot++;
  *ret_slot = slot;
  return TRUE;
}

static gboolean
assign(Work *work, const Caller *caller, Desktop *desktop, const User *user, GError **error)
{
  if (!refuse_floating(desktop, error))
    return FALSE;
  if (g_strcmp0(desktop->owner_id, user->id) == 0)
    return TRUE;
  if (desktop->owner_id != NULL) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT, "%s belongs to %s; unassign it first.",
                desktop->name, desktop->owner_name);
    return FALSE;
  }
  guint slot;
  if (!find_slot(work, desktop, user, &slot, error))
    return FALSE;
  if (desktop->assignment != ASSIGNMENT_RECYCLING) {
    desktop->owner_id = g_strdup(user->id);
    desktop->slot = slot;
  }
  return lifecycle_step(work, caller, desktop, DESKTOP_EVENT_ASSIGN, CARAWAY_ERROR_INTERNAL, "", error) &&
         work_audit(work, caller, "desktop.assign", "desktop", desktop->name, user->name, error);
}

Desktop *
desktop_owner_assign(Services *services, const Caller *caller, const char *key, const char *user_key,
                     GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  g_autoptr(Desktop) desktop = work != NULL ? desktop_store_find(work->transaction, key, error) : NULL;
  g_autoptr(User) user = desktop != NULL ? user_store_find(work->transaction, user_key, error) : NULL;
  if (user == NULL || !assign(work, caller, desktop, user, error))
    return NULL;
  g_autoptr(Desktop) assigned = desktop_store_find(work->transaction, desktop->id, error);
  return assigned != NULL && work_commit(work, error) ? g_steal_pointer(&assigned) : NULL;
}

gboolean
desktop_owner_unassign(Services *services, const Caller *caller, const char *key, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  g_autoptr(Desktop) desktop = work != NULL ? desktop_store_find(work->transaction, key, error) : NULL;
  if (desktop == NULL || !refuse_floating(desktop, error))
    return FALSE;
  if (desktop->owner_id == NULL) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT, "%s belongs to nobody.", desktop->name);
    return FALSE;
  }
  g_autofree char *owner = g_strdup(desktop->owner_name);
  return lifecycle_step(work, caller, desktop, DESKTOP_EVENT_UNASSIGN, CARAWAY_ERROR_SESSION_ENDED,
                        "An administrator took the desktop back.", error) &&
         work_audit(work, caller, "desktop.unassign", "desktop", desktop->name, owner, error) &&
         work_commit(work, error);
}

/* --- adopt --- */

static const Foreign *
find_domain(const GPtrArray *domains, const char *key)
{
  for (guint i = 0; i < domains->len; i++) {
    const Foreign *foreign = g_ptr_array_index(domains, i);
    if (g_str_equal(foreign->name, key) || g_str_equal(foreign->uuid, key))
      return foreign;
  }
  return NULL;
}

static gboolean
check_pool(const Pool *pool, GError **error)
{
  if (pool->kind == POOL_MANUAL)
    return TRUE;
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT,
              "The pool %s is %s and makes its desktops itself; only a manual pool takes machines in.",
              pool->name, pool_kind_name(pool->kind));
  return FALSE;
}

static gboolean
check_domain(const Foreign *foreign, const char *host, const char *domain, GError **error)
{
  g_autofree char *shown = text_cut(domain, 128);
  if (foreign == NULL)
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND,
                "The host %s has no virtual machine \"%s\" that is not Caraway's; look at the host.", host,
                shown);
  else if (!foreign->adoptable)
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT, "%s cannot be adopted: %s", foreign->name,
                *foreign->reason != '\0' ? foreign->reason : "its host does not say why.");
  return foreign != NULL && foreign->adoptable;
}

/* Two requests for one machine: the second finds it entered. */
static gboolean
check_not_ours(Work *work, const Foreign *foreign, GError **error)
{
  GError *problem = NULL;
  g_autoptr(Desktop) desktop = desktop_store_find(work->transaction, foreign->uuid, &problem);
  if (desktop == NULL && g_error_matches(problem, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND)) {
    g_clear_error(&problem);
    return TRUE;
  }
  if (desktop == NULL)
    g_propagate_error(error, problem);
  else
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT, "%s is the desktop %s of %s already.",
                foreign->name, desktop->name, desktop->pool_name);
  return FALSE;
}

static Desktop *
adopt(Work *work, const Caller *caller, const Pool *pool, const char *host_name, const char *domain,
      GError **error)
{
  g_autoptr(Host) host = host_store_find(work->transaction, host_name, error);
  g_autoptr(GPtrArray) domains =
      host != NULL ? foreign_store_of_host(work->transaction, host->name, error) : NULL;
  if (domains == NULL)
    return NULL;
  const Foreign *foreign = find_domain(domains, domain);
  if (!check_domain(foreign, host->name, domain, error) || !check_not_ours(work, foreign, error))
    return NULL;
  g_autoptr(Desktop) desktop = desktop_maker_adopt(work, pool, host->name, foreign, error);
  g_autofree char *detail = g_strdup_printf("%s on %s.", foreign->name, host->name);
  if (desktop == NULL || !work_audit(work, caller, "desktop.adopt", "desktop", desktop->name, detail, error))
    return NULL;
  return g_steal_pointer(&desktop);
}

Desktop *
desktop_owner_adopt(Services *services, const Caller *caller, const char *pool_key, const char *host,
                    const char *domain, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  g_autoptr(Pool) pool = work != NULL ? pool_store_find(work->transaction, pool_key, error) : NULL;
  if (pool == NULL || !check_pool(pool, error) || /* the machine is the host's till then */
      !rights_check(work, caller, PERMISSION_HOST_MANAGE, OBJECT_HOST, REACH_ONE, host, error))
    return NULL;
  g_autoptr(Desktop) desktop = adopt(work, caller, pool, host, domain, error);
  return desktop != NULL && work_commit(work, error) ? g_steal_pointer(&desktop) : NULL;
}
