/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/rights/role_admin.h"

#include "broker/policy/names.h"
#include "broker/service/cluster/change_feed.h"
#include "broker/service/rights/rights.h"
#include "broker/store/role_store.h"
#include "common/base/error.h"

#define DESCRIPTION_MAX_BYTES 500

GPtrArray *
role_admin_list(Services *services, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_READ, error);
  return work != NULL ? role_store_all(work->transaction, error) : NULL;
}

Role *
role_admin_get(Services *services, const char *name, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_READ, error);
  return work != NULL ? role_store_find(work->transaction, name, error) : NULL;
}

static gboolean
audit(Work *work, const Caller *caller, const char *action, const Role *role, GError **error)
{
  g_autofree char *permissions = permission_set_text(role->permissions);
  g_autofree char *detail =
      g_strconcat(permissions, role->second_factor_required ? "; second factor required" : "", NULL);
  return work_audit(work, caller, action, "role", role->name, detail, error);
}

Role *
role_admin_create(Services *services, const Caller *caller, const NewRole *new_role, GError **error)
{
  const char *name = new_role->name;
  const char *description = new_role->description;
  if (!names_check(name, "role", error) ||
      !names_check_text(description, DESCRIPTION_MAX_BYTES, "description", error))
    return NULL;
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  if (work == NULL || !rights_check_covers(work, caller, new_role->permissions, "/", error))
    return NULL;
  const Role role = {.name = (char *)name,
                     .description = (char *)(description != NULL ? description : ""),
                     .permissions = new_role->permissions,
                     .second_factor_required = new_role->second_factor_required,
                     .created_us = work->now_us};
  if (!role_store_add(work->transaction, &role, error) || !audit(work, caller, "role.create", &role, error))
    return NULL;
  g_autoptr(Role) entered = role_store_find(work->transaction, name, error);
  return entered != NULL && work_commit(work, error) ? g_steal_pointer(&entered) : NULL;
}

/* One that may be changed by @caller, who has all that it gives now. */
static Role *
find(Work *work, const Caller *caller, const char *name, GError **error)
{
  g_autoptr(Role) role = role_store_find(work->transaction, name, error);
  return role != NULL && rights_check_covers(work, caller, role->permissions, "/", error)
             ? g_steal_pointer(&role)
             : NULL;
}

static Role *
find_custom(Work *work, const Caller *caller, const char *name, GError **error)
{
  g_autoptr(Role) role = find(work, caller, name, error);
  if (role == NULL || !role->fixed)
    return g_steal_pointer(&role);
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT,
              "The role %s is one that every installation has, and stays as it is; make one of your own.",
              name);
  return NULL;
}

static gboolean
check_version(const Role *role, gint64 version, GError **error)
{
  if (version == 0 || version == role->version)
    return TRUE;
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_STALE,
              "Somebody else changed this role meanwhile; look at it again and repeat the change.");
  return FALSE;
}

static void
apply(Role *role, const RoleChange *change)
{
  if (change->permissions != NULL)
    role->permissions = *change->permissions;
  if (change->description == NULL)
    return;
  g_free(role->description);
  role->description = g_strdup(change->description);
}

/* What is known by heart of sign-ins does not hold any more once one more role requires it. */
static gboolean
apply_rule(Work *work, Role *role, int required, GError **error)
{
  if (required < 0 || required == role->second_factor_required)
    return TRUE;
  role->second_factor_required = required;
  if (required)
    work_notify(work, CHANGE_SIGN_IN, "");
  return role_store_set_second_factor(work->transaction, role->name, required, error);
}

Role *
role_admin_change(Services *services, const Caller *caller, const char *name, const RoleChange *change,
                  gint64 version, GError **error)
{
  if (!names_check_text(change->description, DESCRIPTION_MAX_BYTES, "description", error))
    return NULL;
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  gboolean only_rule = change->description == NULL && change->permissions == NULL;
  g_autoptr(Role) role = work == NULL ? NULL
                         : only_rule  ? find(work, caller, name, error)
                                      : find_custom(work, caller, name, error);
  if (role == NULL || !check_version(role, version, error) ||
      !apply_rule(work, role, change->second_factor_required, error))
    return NULL;
  apply(role, change);
  if (!rights_check_covers(work, caller, role->permissions, "/", error) ||
      (!only_rule && !role_store_update(work->transaction, role, error)) ||
      !audit(work, caller, "role.change", role, error))
    return NULL;
  work_notify(work, CHANGE_RIGHTS, "");
  g_autoptr(Role) changed = role_store_find(work->transaction, name, error);
  return changed != NULL && work_commit(work, error) ? g_steal_pointer(&changed) : NULL;
}

gboolean
role_admin_delete(Services *services, const Caller *caller, const char *name, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  g_autoptr(Role) role = work != NULL ? find_custom(work, caller, name, error) : NULL;
  if (role == NULL)
    return FALSE;
  work_notify(work, CHANGE_RIGHTS, "");
  return role_store_remove(work->transaction, name, error) &&
         audit(work, caller, "role.delete", role, error) && work_commit(work, error);
}
