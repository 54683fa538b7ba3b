/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/people/user_admin.h"

#include "broker/policy/names.h"
#include "broker/policy/password_rules.h"
#include "broker/service/cluster/change_feed.h"
#include "broker/service/devices/device_account.h"
#include "broker/service/people/access_tokens.h"
#include "broker/service/people/account_end.h"
#include "broker/service/people/external_account.h"
#include "broker/service/people/sign_in_ending.h"
#include "broker/service/rights/rights.h"
#include "broker/store/external_account_store.h"
#include "broker/store/role_binding_store.h"
#include "broker/store/sign_in_store.h"
#include "broker/store/user_store.h"
#include "common/base/error.h"

#define FULL_NAME_MAX_BYTES 200

/* Both ways: nobody makes administrators who is none, and nobody unmakes them. */
static gboolean
set_administrator(Work *work, const Caller *caller, const char *user_id, gboolean is_one, GError **error)
{
  return rights_check_covers(work, caller, PERMISSION_SET_OF_ROLES, "/", error) &&
         role_binding_store_set_administrator(work->transaction, user_id, is_one, work->now_us, error);
}

static User *
enter(Services *services, const Caller *caller, const User *user, const char *hash, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  if (work == NULL || !user_store_add(work->transaction, user, hash, error) ||
      (user->administrator && !set_administrator(work, caller, user->id, TRUE, error)) ||
      !work_audit(work, caller, "user.create", "user", user->name, "", error))
    return NULL;
  g_autoptr(User) entered = user_store_find(work->transaction, user->id, error);
  return entered != NULL && work_commit(work, error) ? g_steal_pointer(&entered) : NULL;
}

User *
user_admin_create(Services *services, const Caller *caller, const NewUser *new_user, GError **error)
{
  if (!names_check(new_user->name, "user", error) ||
      !names_check_text(new_user->full_name, FULL_NAME_MAX_BYTES, "full name", error) ||
      !password_rules_check(new_user->password, new_user->name, error))
    return NULL;
  g_autofree char *hash = password_hasher_hash(services->hasher, new_user->password, error);
  if (hash == NULL)
    return NULL;
  g_autofree char *id = g_uuid_string_random();
  const User user = {.id = id,
                     .name = (char *)new_user->name,
                     .full_name = (char *)(new_user->full_name != NULL ? new_user->full_name : ""),
                     .administrator = new_user->administrator,
                     .disabled = new_user->disabled,
                     .password_change_required = new_user->password_change_required,
                     .created_us = clock_wall_us(&services->time)};
  return enter(services, caller, &user, hash, error);
}

GPtrArray *
user_admin_list(Services *services, const Page *page, char **ret_next, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_READ, error);
  return work != NULL ? user_store_list(work->transaction, page, ret_next, error) : NULL;
}

User *
user_admin_get(Services *services, const char *user, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_READ, error);
  return work != NULL ? user_store_find(work->transaction, user, error) : NULL;
}

static void
apply(User *user, const UserChange *change)
{
  if (change->full_name != NULL) {
    g_free(user->full_name);
    user->full_name = g_strdup(change->full_name);
  }
  if (change->disabled >= 0)
    user->disabled = change->disabled;
  if (change->password_change_required >= 0)
    user->password_change_required = change->password_change_required;
}

static gboolean
change_role(Work *work, const Caller *caller, User *user, int administrator, GError **error)
{
  if (administrator < 0 || user->administrator == administrator)
    return TRUE;
  user->administrator = administrator;
  return set_administrator(work, caller, user->id, administrator, error);
}

static gboolean
write_change(Work *work, const Caller *caller, User *user, const UserChange *change, GError **error)
{
  gint64 before;
  if (!rights_check_not_above(work, caller, user->id, error) ||
      (change->password_change_required > 0 &&
       !device_account_check_is_none(work, user->id, "which has no password", error)) ||
      !rights_count_administrators(work, &before, error) ||
      !change_role(work, caller, user, change->administrator, error))
    return FALSE;
  apply(user, change);
  g_autofree char *detail = g_strdup_printf(
      "administrator: %s, disabled: %s", user->administrator ? "yes" : "no", user->disabled ? "yes" : "no");
  return user_store_update(work->transaction, user, error) &&
         rights_check_administrator_left(work, before, error) &&
         (!user->disabled ||
          account_end_presence(work, caller, user->id, "The account was disabled.", error)) &&
         work_audit(work, caller, "user.change", "user", user->name, detail, error);
}

User *
user_admin_change(Services *services, const Caller *caller, const char *key, const UserChange *change,
                  gint64 version, GError **error)
{
  if (!names_check_text(change->full_name, FULL_NAME_MAX_BYTES, "full name", error))
    return NULL;
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  if (work == NULL)
    return NULL;
  g_autoptr(User) user = user_store_find(work->transaction, key, error);
  if (user == NULL)
    return NULL;
  if (version != 0 && version != user->version) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_STALE,
                "Somebody else changed this user meanwhile; look at it again and repeat the change.");
    return NULL;
  }
  if (change->password_change_required == TRUE && !external_account_check_password_is_here(user, error))
    return NULL;
  if (change->disabled >= 0 && !external_account_store_decide(work->transaction, user->id, error))
    return NULL;
  if (!write_change(work, caller, user, change, error))
    return NULL;
  work_notify(work, CHANGE_SIGN_IN, user->id);
  g_autoptr(User) changed = user_store_find(work->transaction, user->id, error);
  return changed != NULL && work_commit(work, error) ? g_steal_pointer(&changed) : NULL;
}

gboolean
user_admin_set_password(Services *services, const Caller *caller, const char *key, const char *password,
                        gboolean must_change, GError **error)
{
  g_autoptr(User) user = user_admin_get(services, key, error);
  if (user == NULL || !external_account_check_password_is_here(user, error) ||
      !password_rules_check(password, user->name, error))
    return FALSE;
  g_autofree char *hash = password_hasher_hash(services->hasher, password, error);
  if (hash == NULL)
    return FALSE;
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  return work != NULL && rights_check_not_above(work, caller, user->id, error) &&
         device_account_check_is_none(work, user->id, "which has no password", error) &&
         user_store_set_password(work->transaction, user->id, hash, must_change, error) &&
         sign_in_ending_all(work, user->id, NULL, error) &&
         access_tokens_revoke_of(work, caller, user->id, error) &&
         work_audit(work, caller, "password.set", "user", user->name, "", error) && work_commit(work, error);
}

gboolean
user_admin_delete(Services *services, const Caller *caller, const char *key, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  if (work == NULL)
    return FALSE;
  gint64 before;
  g_autoptr(User) user = user_store_find(work->transaction, key, error);
  if (user == NULL || !rights_check_not_above(work, caller, user->id, error) ||
      !rights_count_administrators(work, &before, error) ||
      !device_account_check_is_none(work, user->id, "which is deleted with the device", error) ||
      !account_end_presence(work, caller, user->id, "The account was deleted.", error) ||
      !account_end_remove(work, user, error) || !rights_check_administrator_left(work, before, error) ||
      !work_audit(work, caller, "user.delete", "user", user->name, "", error))
    return FALSE;
  work_notify(work, CHANGE_SIGN_IN, user->id);
  return work_commit(work, error);
}
