/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/rights/binding_admin.h"

#include "broker/policy/access_decision.h"
#include "broker/service/cluster/change_feed.h"
#include "broker/service/rights/rights.h"
#include "broker/store/group_store.h"
#include "broker/store/object_store.h"
#include "broker/store/role_binding_store.h"
#include "broker/store/role_store.h"
#include "broker/store/user_store.h"
#include "common/base/error.h"

/* --- objects --- */

static gboolean
split(const char *path, ObjectKind *ret_kind, const char **ret_key, GError **error)
{
  if (object_split(path, ret_kind, ret_key))
    return TRUE;
  g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID,
                      "The object must be “/”, “/pools”, “/pools/NAME”, “/hosts”, “/hosts/NAME”, “/groups”, "
                      "“/groups/NAME”, “/users” or “/images”.");
  return FALSE;
}

/* @path by id (transfer full); NULL without failure when that is not there. */
static gboolean
find_object(Work *work, const char *path, char **ret_path, GError **error)
{
  ObjectKind kind;
  const char *key;
  if (!split(path, &kind, &key, error))
    return FALSE;
  if (key == NULL) {
    *ret_path = g_strdup(path);
    return TRUE;
  }
  g_auto(GStrv) paths = object_store_find(work->transaction, kind, key, error);
  if (paths == NULL)
    return FALSE;
  *ret_path = g_strdup(paths[0]);
  return TRUE;
}

/* The path by id of an object on which @caller may manage roles; others are missing. */
static char *
find_managed(Work *work, const Caller *caller, const char *path, GError **error)
{
  g_autofree char *object = NULL;
  if (!find_object(work, path, &object, error))
    return NULL;
  g_autoptr(Access) access = rights_read(work, caller, error);
  if (access == NULL)
    return NULL;
  const char *const paths[] = {object != NULL ? object : "/", NULL};
  if (object != NULL && access_decision_role(access, PERMISSION_ROLE_MANAGE, paths) != NULL)
    return g_steal_pointer(&object);
  g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND,
                      "There is no such object on which you may manage roles.");
  return NULL;
}

/* --- granting --- */

static gboolean
find_subject(Work *work, const NewBinding *new_binding, char **ret_id, char **ret_name, GError **error)
{
  g_autoptr(User) user = NULL;
  g_autoptr(Group) group = NULL;
  if (new_binding->kind == ENTITLEMENT_USER)
    user = user_store_find(work->transaction, new_binding->subject, error);
  else
    group = group_store_find(work->transaction, new_binding->subject, error);
  if (user == NULL && group == NULL)
    return FALSE;
  *ret_id = g_strdup(user != NULL ? user->id : group->id);
  *ret_name = g_strdup(user != NULL ? user->name : group->name);
  return TRUE;
}

static gboolean
check_role(Work *work, const Caller *caller, const char *name, const char *object, gboolean *ret_demands,
           GError **error)
{
  g_autoptr(Role) role = role_store_find(work->transaction, name, error);
  if (role == NULL)
    return FALSE;
  if (g_str_equal(name, ROLE_USER)) {
    g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT,
                        "Everybody has the role user; it is not bound to anything.");
    return FALSE;
  }
  *ret_demands = role->second_factor_required;
  return rights_check_covers(work, caller, role->permissions, object, error);
}

/* Sign-ins that were good without a second factor may not be any more. */
static void
forget_sign_ins(Work *work, const RoleBinding *binding)
{
  work_notify(work, CHANGE_SIGN_IN, binding->kind == ENTITLEMENT_USER ? binding->subject_id : "");
  if (binding->kind == ENTITLEMENT_GROUP)
    work_notify(work, CHANGE_RIGHTS, "");
}

static gboolean
audit(Work *work, const Caller *caller, const char *action, const RoleBinding *binding, GError **error)
{
  g_autofree char *object = role_binding_shown(binding);
  g_autofree char *detail = g_strdup_printf("%s on %s", binding->role, object);
  return work_audit(work, caller, action, entitlement_kind_name(binding->kind), binding->subject_name, detail,
                    error);
}

RoleBinding *
binding_admin_create(Services *services, const Caller *caller, const NewBinding *new_binding, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  if (work == NULL)
    return NULL;
  gboolean demands = FALSE;
  g_autoptr(RoleBinding) binding = g_new0(RoleBinding, 1);
  binding->id = g_uuid_string_random();
  binding->kind = new_binding->kind;
  binding->role = g_strdup(new_binding->role);
  binding->created_us = work->now_us;
  binding->object = find_managed(work, caller, new_binding->object, error);
  if (binding->object == NULL || !check_role(work, caller, binding->role, binding->object, &demands, error) ||
      !find_subject(work, new_binding, &binding->subject_id, &binding->subject_name, error) ||
      !role_binding_store_add(work->transaction, binding, error))
    return NULL;
  g_autoptr(RoleBinding) entered = role_binding_store_find(work->transaction, binding->id, error);
  if (entered == NULL || !audit(work, caller, "role.grant", entered, error))
    return NULL;
  if (demands)
    forget_sign_ins(work, entered);
  return work_commit(work, error) ? g_steal_pointer(&entered) : NULL;
}

/* --- reading --- */

static gboolean
may(const Access *access, Permission permission, const RoleBinding *binding)
{
  const char *const paths[] = {binding->object, NULL};
  return access_decision_role(access, permission, paths) != NULL;
}

/* They are few: a page is cut from all. */
GPtrArray *
binding_admin_list(Services *services, const Caller *caller, const Page *page, char **ret_next,
                   GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_READ, error);
  g_autoptr(Access) access = work != NULL ? rights_read(work, caller, error) : NULL;
  g_autoptr(GPtrArray) all = access != NULL ? role_binding_store_all(work->transaction, error) : NULL;
  if (all == NULL)
    return NULL;
  guint limit = page->limit != 0 ? page->limit : PAGE_LIMIT_DEFAULT;
  g_autoptr(GPtrArray) shown = g_ptr_array_new_with_free_func((GDestroyNotify)role_binding_free);
  *ret_next = NULL;
  for (guint i = 0; i < all->len && *ret_next == NULL; i++) {
    RoleBinding *binding = g_ptr_array_index(all, i);
    if (!may(access, PERMISSION_ROLE_READ, binding) ||
        (page->cursor != NULL && g_strcmp0(binding->id, page->cursor) <= 0))
      continue;
    if (shown->len == limit)
      *ret_next = g_strdup(((RoleBinding *)g_ptr_array_index(shown, limit - 1))->id);
    else
      g_ptr_array_add(shown, g_ptr_array_steal_index(all, i--));
  }
  return g_steal_pointer(&shown);
}

/* --- revoking --- */

static gboolean
check_revoking(Work *work, const Caller *caller, const RoleBinding *binding, GError **error)
{
  g_autoptr(Access) access = rights_read(work, caller, error);
  if (access == NULL)
    return FALSE;
  if (!may(access, PERMISSION_ROLE_READ, binding) && !may(access, PERMISSION_ROLE_MANAGE, binding)) {
    g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND, "There is no such binding.");
    return FALSE;
  }
  if (!may(access, PERMISSION_ROLE_MANAGE, binding)) {
    g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_FORBIDDEN,
                        "This needs the permission role.manage on the object of this binding, which your "
                        "account does not have.");
    return FALSE;
  }
  g_autoptr(Role) role = role_store_find(work->transaction, binding->role, error);
  return role != NULL && rights_check_covers(work, caller, role->permissions, binding->object, error);
}

gboolean
binding_admin_delete(Services *services, const Caller *caller, const char *id, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  g_autoptr(RoleBinding) binding =
      work != NULL ? role_binding_store_find(work->transaction, id, error) : NULL;
  gint64 before;
  if (binding == NULL || !check_revoking(work, caller, binding, error) ||
      !rights_count_administrators(work, &before, error) ||
      !role_binding_store_remove(work->transaction, binding, error) ||
      !rights_check_administrator_left(work, before, error) ||
      !audit(work, caller, "role.revoke", binding, error))
    return FALSE;
  if (binding->kind == ENTITLEMENT_USER)
    work_notify(work, CHANGE_SIGN_IN, binding->subject_id);
  else
    work_notify(work, CHANGE_RIGHTS, "");
  return work_commit(work, error);
}

/* --- one's own --- */

Access *
binding_admin_mine_on(Services *services, const Caller *caller, const char *object, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_READ, error);
  g_autofree char *path = NULL;
  if (work == NULL || !find_object(work, object, &path, error))
    return NULL;
  g_autoptr(Access) access = rights_read(work, caller, error);
  if (access == NULL)
    return NULL;
  for (guint i = access->roles->len; i > 0; i--) {
    HeldRole *held = g_ptr_array_index(access->roles, i - 1);
    held->permissions &= access->limit;
    if (!object_contains(held->object, path != NULL ? path : object))
      g_ptr_array_remove_index(access->roles, i - 1);
  }
  return g_steal_pointer(&access);
}
