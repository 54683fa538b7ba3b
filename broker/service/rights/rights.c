/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/rights/rights.h"

#include "broker/model/page.h"
#include "broker/policy/access_decision.h"
#include "broker/store/object_store.h"
#include "broker/store/role_binding_store.h"
#include "common/base/error.h"

Access *
rights_read(Work *work, const Caller *caller, GError **error)
{
  Access *access = caller->trusted ? access_new_everything()
                                   : role_binding_store_of_user(work->transaction, caller->user_id, error);
  if (access != NULL)
    access->limit = caller->limit;
  return access;
}

Access *
rights_read_now(Services *services, const Caller *caller, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_READ, error);
  return work != NULL ? rights_read(work, caller, error) : NULL;
}

/* --- refusals --- */

static gboolean
refuse(Permission permission, const char *where, GError **error)
{
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_FORBIDDEN,
              "This needs the permission %s on %s, which your account does not have.",
              permission_name(permission), where);
  return FALSE;
}

/* As the stores say it of what is not there. */
static gboolean
refuse_missing(ObjectKind kind, GError **error)
{
  g_set_error(error, CARAWAY_ERROR,
              kind == OBJECT_POOL ? CARAWAY_ERROR_UNKNOWN_POOL : CARAWAY_ERROR_NOT_FOUND,
              "There is no such %s.", object_kind_name(kind));
  return FALSE;
}

static gboolean
check_one(Work *work, const Access *access, Permission permission, ObjectKind kind, const char *key,
          GError **error)
{
  Permission reads = object_kind_reads(kind);
  if (!access_decision_allows_some(access, permission, kind) &&
      !access_decision_allows_some(access, reads, kind)) {
    g_autofree char *any = g_strconcat("a ", object_kind_name(kind), NULL);
    return refuse(permission, any, error);
  }
  g_auto(GStrv) paths = object_store_find(work->transaction, kind, key, error);
  if (paths == NULL)
    return FALSE;
  const char *const *places = (const char *const *)paths;
  if (access_decision_role(access, permission, places) != NULL)
    return TRUE;
  if (access_decision_role(access, reads, places) == NULL)
    return refuse_missing(kind, error);
  g_autofree char *this = g_strconcat("this ", object_kind_name(kind), NULL);
  return refuse(permission, this, error);
}

gboolean
rights_check(Work *work, const Caller *caller, Permission permission, ObjectKind kind, Reach reach,
             const char *key, GError **error)
{
  g_autoptr(Access) access = rights_read(work, caller, error);
  if (access == NULL)
    return FALSE;
  const char *const *places = object_kind_places(kind);
  const char *const all[] = {places[0], NULL};
  if (access_decision_role(access, permission, all) !=
      NULL) /* whether it is there is the use case's to say */
    return TRUE;
  if (reach == REACH_ONE)
    return check_one(work, access, permission, kind, key, error);
  return refuse(permission, places[0], error);
}

gboolean
rights_check_now(Services *services, const Caller *caller, Permission permission, ObjectKind kind,
                 Reach reach, const char *key, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_READ, error);
  return work != NULL && rights_check(work, caller, permission, kind, reach, key, error);
}

/* Whoever may see groups sees their users. */
static char *
find_within(const Access *access, Permission permission, ObjectKind kind)
{
  const char *const *places = object_kind_places(kind);
  g_autofree char *within = access_decision_within(access, permission, places[0]);
  if (within == NULL || places[1] == NULL)
    return g_steal_pointer(&within);
  g_autofree char *other = access_decision_within(access, permission, places[1]);
  return other != NULL ? g_steal_pointer(&other) : g_strdup(PAGE_ANY_GROUP);
}

gboolean
rights_check_list(Services *services, const Caller *caller, Permission permission, ObjectKind kind,
                  char **ret_within, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_READ, error);
  g_autoptr(Access) access = work != NULL ? rights_read(work, caller, error) : NULL;
  if (access == NULL)
    return FALSE;
  if (!access_decision_allows_some(access, permission, kind))
    return refuse(permission, object_kind_places(kind)[0], error);
  *ret_within = kind != OBJECT_ROOT ? find_within(access, permission, kind) : NULL;
  return TRUE;
}

gboolean
rights_allow_on_pool(Work *work, const Caller *caller, Permission permission, const char *pool_id,
                     gboolean *ret_allowed, GError **error)
{
  g_autoptr(Access) access = rights_read(work, caller, error);
  g_autofree char *path = object_path("/pools", pool_id);
  const char *const paths[] = {path, NULL};
  if (access != NULL)
    *ret_allowed = access_decision_role(access, permission, paths) != NULL;
  return access != NULL;
}

/* --- no way to more --- */

static gboolean
check_not_above(Work *work, const Caller *caller, Access *theirs, const char *whose, GError **error)
{
  g_autoptr(Access) other = theirs;
  g_autoptr(Access) mine = other != NULL ? rights_read(work, caller, error) : NULL;
  const HeldRole *missing;
  if (mine == NULL || access_decision_not_above(mine, other, &missing))
    return mine != NULL;
  g_set_error(
      error, CARAWAY_ERROR, CARAWAY_ERROR_FORBIDDEN,
      "%s has the role %s and with it more rights than you; somebody with the same rights has to do this.",
      whose, missing->role);
  return FALSE;
}

gboolean
rights_check_not_above(Work *work, const Caller *caller, const char *user_id, GError **error)
{
  return check_not_above(work, caller, role_binding_store_of_user(work->transaction, user_id, error),
                         "This account", error);
}

gboolean
rights_check_group_not_above(Work *work, const Caller *caller, const char *group_id, GError **error)
{
  return check_not_above(work, caller, role_binding_store_of_group(work->transaction, group_id, error),
                         "This group", error);
}

gboolean
rights_check_takes_in(Work *work, const Caller *caller, const char *group_id, const char *user_id,
                      GError **error)
{
  static const Permission over_people[] = {PERMISSION_USER_RESET_PASSWORD, PERMISSION_USER_MANAGE};
  g_autoptr(Access) mine = rights_read(work, caller, error);
  g_auto(GStrv) places =
      mine != NULL ? object_store_find(work->transaction, OBJECT_USER, user_id, error) : NULL;
  if (places == NULL)
    return FALSE;
  mine->limit = ~(PermissionSet)0; /* the membership outlasts a token that may do less */
  g_autofree char *path = object_path("/groups", group_id);
  const char *const group[] = {path, NULL};
  for (guint i = 0; i < G_N_ELEMENTS(over_people); i++)
    if (access_decision_role(mine, over_people[i], group) != NULL &&
        access_decision_role(mine, over_people[i], (const char *const *)places) == NULL)
      return refuse(over_people[i], "this user", error);
  return TRUE;
}

gboolean
rights_check_covers(Work *work, const Caller *caller, PermissionSet permissions, const char *object,
                    GError **error)
{
  g_autoptr(Access) mine = rights_read(work, caller, error);
  PermissionSet missing;
  if (mine == NULL || access_decision_covers(mine, permissions, object, &missing))
    return mine != NULL;
  g_auto(GStrv) names = permission_set_names(missing);
  g_autofree char *list = g_strjoinv(", ", names);
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_FORBIDDEN,
              "You can only grant and take back what you have there yourself; you do not have: %s.", list);
  return FALSE;
}

/* --- the last administrator --- */

gboolean
rights_count_administrators(Work *work, gint64 *ret_count, GError **error)
{
  return role_binding_store_count_administrators(work->transaction, ret_count, error);
}

gboolean
rights_check_administrator_left(Work *work, gint64 before, GError **error)
{
  gint64 count;
  if (!rights_count_administrators(work, &count, error))
    return FALSE;
  if (count > 0 || before == 0)
    return TRUE;
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT,
              "This is the last administrator who may sign in; make another one first.");
  return FALSE;
}
