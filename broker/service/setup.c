/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/setup.h"

#include "broker/policy/names.h"
#include "broker/policy/password_rules.h"
#include "broker/service/work.h"
#include "broker/store/role_binding_store.h"
#include "broker/store/user_store.h"
#include "common/base/error.h"

static gboolean
count_administrators(Services *services, gint64 *ret_count, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_READ, error);
  return work != NULL && role_binding_store_count_administrators(work->transaction, ret_count, error);
}

gboolean
setup_needed(Services *services, gboolean *ret_needed, GError **error)
{
  gint64 count;
  if (!count_administrators(services, &count, error))
    return FALSE;
  *ret_needed = count == 0;
  return TRUE;
}

static gboolean
enter(Services *services, const User *user, const char *hash, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  gint64 count;
  if (work == NULL || !role_binding_store_count_administrators(work->transaction, &count, error))
    return FALSE;
  if (count > 0) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT,
                "There is an administrator already; sign in as that one to make others.");
    return FALSE;
  }
  return user_store_add(work->transaction, user, hash, error) &&
         role_binding_store_set_administrator(work->transaction, user->id, TRUE, work->now_us, error) &&
         work_audit(work, NULL, "user.create", "user", user->name, "The first administrator.", error) &&
         work_commit(work, error);
}

gboolean
setup_first_administrator(Services *services, const char *name, const char *password, gboolean must_change,
                          GError **error)
{
  if (!names_check(name, "user", error) || !password_rules_check(password, name, error))
    return FALSE;
  g_autofree char *hash = password_hasher_hash(services->hasher, password, error);
  if (hash == NULL)
    return FALSE;
  g_autofree char *id = g_uuid_string_random();
  const User user = {.id = id,
                     .name = (char *)name,
                     .full_name = (char *)"Administrator",
                     .password_change_required = must_change,
                     .created_us = clock_wall_us(&services->time)};
  return enter(services, &user, hash, error);
}
