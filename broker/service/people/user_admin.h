/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Accounts, as an administrator keeps them. Disabling or deleting one ends its sign-ins and cuts its sessions
 * at once. The last enabled administrator cannot be disabled, demoted or deleted (CARAWAY_ERROR_CONFLICT),
 * and nobody does anything of this to an account that may do more than they (CARAWAY_ERROR_FORBIDDEN).
 */
#pragma once

#include "broker/model/caller.h"
#include "broker/model/page.h"
#include "broker/model/user.h"
#include "broker/service/services.h"

/** What a new account is; names follow policy/names.h. */
typedef struct {
  const char *name;
  const char *full_name; /**< (nullable) */
  const char *password;
  gboolean administrator;
  gboolean disabled;
  gboolean password_change_required;
} NewUser;

/** What to change: NULL and -1 leave a member as it is. */
typedef struct {
  const char *full_name;
  int administrator;
  int disabled;
  int password_change_required;
} UserChange;

#define USER_CHANGE_NONE ((UserChange){NULL, -1, -1, -1})

/** Makes an account. CARAWAY_ERROR_CONFLICT when the name is taken, CARAWAY_ERROR_INVALID,
 * CARAWAY_ERROR_WEAK_PASSWORD.
 */
User *user_admin_create(Services *services, const Caller *caller, const NewUser *new_user,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Accounts by name. Returns an array of User (transfer full); @ret_next is the next page's cursor or NULL.
 */
GPtrArray *user_admin_list(Services *services, const Page *page, char **ret_next,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The account with id or name @user; CARAWAY_ERROR_NOT_FOUND. */
User *user_admin_get(Services *services, const char *user, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Changes @user. @version: of the ETag the change was based on, 0 for any; CARAWAY_ERROR_STALE when it is
 * another. */
User *user_admin_change(Services *services, const Caller *caller, const char *user, const UserChange *change,
                        gint64 version, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Sets the password of @user, to be changed at the next sign-in when @must_change; ends its sign-ins. */
gboolean user_admin_set_password(Services *services, const Caller *caller, const char *user,
                                 const char *password, gboolean must_change,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Deletes @user and ends its sessions. */
gboolean user_admin_delete(Services *services, const Caller *caller, const char *user,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
