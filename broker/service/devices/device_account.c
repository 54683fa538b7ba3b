/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/devices/device_account.h"

#include "broker/policy/names.h"
#include "broker/service/connect/entitled.h"
#include "broker/service/devices/device_admin.h"
#include "broker/service/people/account_end.h"
#include "broker/service/rights/rights.h"
#include "broker/store/device_store.h"
#include "broker/store/entitlement_store.h"
#include "broker/store/group_store.h"
#include "broker/store/user_store.h"
#include "common/base/error.h"
#include "common/base/secret.h"

#define PASSWORD_BYTES 32

char *
device_account_hash(Services *services, GError **error)
{
  char *password = secret_random(PASSWORD_BYTES);
  char *hash = password_hasher_hash(services->hasher, password, error);
  secret_free(password);
  return hash;
}

gboolean
device_account_make(Work *work, Device *device, const char *password_hash, GError **error)
{
  g_autofree char *name = g_strconcat(DEVICE_ACCOUNT_PREFIX, device->name, NULL);
  g_autofree char *id = g_uuid_string_random();
  const User user = {.id = id, .name = name, .full_name = device->name, .created_us = work->now_us};
  if (!names_is_valid(name)) {
    g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID,
                        "The name of a device has at most 56 characters.");
    return FALSE;
  }
  if (!user_store_add(work->transaction, &user, password_hash, error))
    return FALSE;
  device->account_id = g_steal_pointer(&id);
  device->account = g_steal_pointer(&name);
  return TRUE;
}

gboolean
device_account_entitle(Work *work, const Caller *caller, const Device *device, const char *before,
                       GError **error)
{
  if (g_strcmp0(before, device->pool_id) == 0)
    return TRUE;
  if (device->pool_id != NULL &&
      !entitlement_store_add(work->transaction, device->pool_id, ENTITLEMENT_USER, device->account_id, error))
    return FALSE;
  return before == NULL ||
         (entitlement_store_remove(work->transaction, before, ENTITLEMENT_USER, device->account_id, error) &&
          entitled_cut_others(work, caller, before, error));
}

gboolean
device_account_join(Work *work, const Caller *caller, const Device *device, const char *key, GError **error)
{
  if (!rights_check(work, caller, PERMISSION_GROUP_MANAGE, OBJECT_GROUP, REACH_ONE, key, error))
    return FALSE;
  g_autoptr(Group) group = group_store_find(work->transaction, key, error);
  return group != NULL && rights_check_group_not_above(work, caller, group->id, error) &&
         group_store_add_member(work->transaction, group->id, device->account_id, error);
}

/* The account of @device, when @caller may do what they do to it: it may have been given roles. */
static User *
find_user(Work *work, const Caller *caller, const Device *device, gint64 *ret_administrators, GError **error)
{
  g_autoptr(User) user = user_store_find(work->transaction, device->account_id, error);
  return user != NULL && rights_check_not_above(work, caller, user->id, error) &&
                 rights_count_administrators(work, ret_administrators, error)
             ? g_steal_pointer(&user)
             : NULL;
}

gboolean
device_account_close(Work *work, const Caller *caller, const Device *device, GError **error)
{
  gint64 administrators;
  g_autoptr(User) user = find_user(work, caller, device, &administrators, error);
  if (user == NULL)
    return FALSE;
  user->disabled = TRUE;
  if (!user_store_update(work->transaction, user, error) ||
      !rights_check_administrator_left(work, administrators, error) ||
      !account_end_presence(work, caller, user->id, "The device was revoked.", error))
    return FALSE;
  work_notify(work, CHANGE_SIGN_IN, user->id);
  return TRUE;
}

gboolean
device_account_remove(Work *work, const Caller *caller, const Device *device, GError **error)
{
  gint64 administrators;
  g_autoptr(User) user = find_user(work, caller, device, &administrators, error);
  if (user == NULL || !account_end_presence(work, caller, user->id, "The device was deleted.", error) ||
      !account_end_remove(work, user, error) || !rights_check_administrator_left(work, administrators, error))
    return FALSE;
  work_notify(work, CHANGE_SIGN_IN, user->id);
  return TRUE;
}

gboolean
device_account_check_is_none(Work *work, const char *user_id, const char *what, GError **error)
{
  GError *problem = NULL;
  g_autoptr(Device) device = device_store_find_by_account(work->transaction, user_id, &problem);
  if (device == NULL && g_error_matches(problem, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND)) {
    g_clear_error(&problem);
    return TRUE;
  }
  if (device == NULL)
    g_propagate_error(error, problem);
  else
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT, "This is the account of the device %s, %s.",
                device->name, what);
  return FALSE;
}
