/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/people/group_admin.h"

#include "broker/policy/names.h"
#include "broker/service/cluster/change_feed.h"
#include "broker/service/connect/entitled.h"
#include "broker/service/people/sign_in_methods.h"
#include "broker/service/rights/rights.h"
#include "broker/store/group_store.h"
#include "broker/store/role_binding_store.h"
#include "broker/store/user_store.h"
#include "common/base/error.h"

#define DESCRIPTION_MAX_BYTES   500
#define EXTERNAL_NAME_MAX_BYTES 1000

/* How the directory's own word for the group is written (transfer full); NULL without failure for a group
 * that is linked to none. */
static gboolean
read_link(Services *services, const NewGroup *group, char **ret_external_name, GError **error)
{
  *ret_external_name = NULL;
  if (group->authenticator == NULL && group->external_name == NULL)
    return TRUE;
  if (group->authenticator == NULL || group->external_name == NULL || *group->external_name == '\0') {
    g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID,
                        "A group is linked by an authenticator and the name of a group there; give both.");
    return FALSE;
  }
  Authenticator *authenticator = sign_in_methods_find(services, group->authenticator, error);
  if (authenticator == NULL ||
      !names_check_text(group->external_name, EXTERNAL_NAME_MAX_BYTES, "external name", error))
    return FALSE;
  *ret_external_name = authenticator_group_key(authenticator, group->external_name, error);
  return *ret_external_name != NULL;
}

Group *
group_admin_create(Services *services, const Caller *caller, const NewGroup *new_group, GError **error)
{
  g_autofree char *external_name = NULL;
  if (!names_check(new_group->name, "group", error) ||
      !names_check_text(new_group->description, DESCRIPTION_MAX_BYTES, "description", error) ||
      !read_link(services, new_group, &external_name, error))
    return NULL;
  g_autofree char *id = g_uuid_string_random();
  const Group group = {.id = id,
                       .name = (char *)new_group->name,
                       .description = (char *)(new_group->description != NULL ? new_group->description : ""),
                       .authenticator = (char *)new_group->authenticator,
                       .external_name = external_name};
  g_autofree char *detail = external_name != NULL
                                ? g_strdup_printf("linked to %s of %s", external_name, group.authenticator)
                                : NULL;
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  if (work == NULL || !group_store_add(work->transaction, &group, error) ||
      !work_audit(work, caller, "group.create", "group", group.name, detail != NULL ? detail : "", error))
    return NULL;
  g_autoptr(Group) entered = group_store_find(work->transaction, id, error);
  return entered != NULL && work_commit(work, error) ? g_steal_pointer(&entered) : NULL;
}

GPtrArray *
group_admin_list(Services *services, const Page *page, char **ret_next, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_READ, error);
  return work != NULL ? group_store_list(work->transaction, page, ret_next, error) : NULL;
}

Group *
group_admin_get(Services *services, const char *group, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_READ, error);
  return work != NULL ? group_store_find(work->transaction, group, error) : NULL;
}

/* What is known by heart of their sign-ins does not hold any more. */
static gboolean
forget_members(Work *work, const Group *group, GError **error)
{
  for (char **name = group->members; *name != NULL; name++) {
    g_autoptr(User) user = user_store_find(work->transaction, *name, error);
    if (user == NULL)
      return FALSE;
    work_notify(work, CHANGE_SIGN_IN, user->id);
  }
  return TRUE;
}

static gboolean
write_change(Work *work, const Caller *caller, Group *group, const GroupChange *change, GError **error)
{
  gboolean required =
      change->second_factor_required >= 0 ? change->second_factor_required : group->second_factor_required;
  const Group changed = {.id = group->id,
                         .description =
                             change->description != NULL ? (char *)change->description : group->description,
                         .second_factor_required = required};
  const char *detail = required == group->second_factor_required ? ""
                       : required                                ? "second factor required"
                                                                 : "second factor no longer required";
  return group_store_update(work->transaction, &changed, error) &&
         (required == group->second_factor_required || forget_members(work, group, error)) &&
         work_audit(work, caller, "group.change", "group", group->name, detail, error);
}

Group *
group_admin_change(Services *services, const Caller *caller, const char *key, const GroupChange *change,
                   GError **error)
{
  if (!names_check_text(change->description, DESCRIPTION_MAX_BYTES, "description", error))
    return NULL;
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  g_autoptr(Group) group = work != NULL ? group_store_find(work->transaction, key, error) : NULL;
  if (group == NULL || !rights_check_group_not_above(work, caller, group->id, error) ||
      !write_change(work, caller, group, change, error))
    return NULL;
  g_autoptr(Group) changed = group_store_find(work->transaction, group->id, error);
  return changed != NULL && work_commit(work, error) ? g_steal_pointer(&changed) : NULL;
}

gboolean
group_admin_delete(Services *services, const Caller *caller, const char *key, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  g_autoptr(Group) group = work != NULL ? group_store_find(work->transaction, key, error) : NULL;
  gint64 before;
  if (group == NULL || !rights_check_group_not_above(work, caller, group->id, error) ||
      !rights_count_administrators(work, &before, error))
    return FALSE;
  g_autofree char *path = object_path("/groups", group->id);
  work_notify(work, CHANGE_RIGHTS, "");
  return group_store_remove(work->transaction, group->id, error) &&
         role_binding_store_remove_at(work->transaction, path, error) &&
         rights_check_administrator_left(work, before, error) &&
         work_audit(work, caller, "group.delete", "group", group->name, "", error) &&
         entitled_cut_all(work, caller, error) && work_commit(work, error);
}

static gboolean
check_members_are_here(const Group *group, GError **error)
{
  if (group->authenticator == NULL)
    return TRUE;
  g_set_error(
      error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT,
      "The members of %s come from a group of %s; change them there, or use a group that is not linked.",
      group->name, group->authenticator);
  return FALSE;
}

/* Whoever makes members grants what the group has. */
static gboolean
find_both(Work *work, const Caller *caller, const char *group_key, const char *user_key, Group **ret_group,
          User **ret_user, GError **error)
{
  g_autoptr(Group) group = group_store_find(work->transaction, group_key, error);
  if (group == NULL || !check_members_are_here(group, error) ||
      !rights_check_group_not_above(work, caller, group->id, error) ||
      !rights_check(work, caller, PERMISSION_USER_READ, OBJECT_USER, REACH_ONE, user_key, error))
    return FALSE;
  *ret_user = user_store_find(work->transaction, user_key, error);
  if (*ret_user != NULL)
    *ret_group = g_steal_pointer(&group);
  return *ret_user != NULL;
}

gboolean
group_admin_add_member(Services *services, const Caller *caller, const char *group_key, const char *user_key,
                       GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  g_autoptr(Group) group = NULL;
  g_autoptr(User) user = NULL;
  if (work == NULL || !find_both(work, caller, group_key, user_key, &group, &user, error) ||
      !rights_check_takes_in(work, caller, group->id, user->id, error))
    return FALSE;
  work_notify(work, CHANGE_SIGN_IN, user->id); /* the group or a role of its may require a second factor */
  return group_store_add_member(work->transaction, group->id, user->id, error) &&
         work_audit(work, caller, "group.add-member", "group", group->name, user->name, error) &&
         work_commit(work, error);
}

gboolean
group_admin_remove_member(Services *services, const Caller *caller, const char *group_key,
                          const char *user_key, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  g_autoptr(Group) group = NULL;
  g_autoptr(User) user = NULL;
  gint64 before;
  if (work == NULL || !find_both(work, caller, group_key, user_key, &group, &user, error) ||
      !rights_count_administrators(work, &before, error))
    return FALSE;
  work_notify(work, CHANGE_SIGN_IN, user->id);
  return group_store_remove_member(work->transaction, group->id, user->id, error) &&
         rights_check_administrator_left(work, before, error) &&
         work_audit(work, caller, "group.remove-member", "group", group->name, user->name, error) &&
         entitled_cut_all(work, caller, error) && work_commit(work, error);
}
