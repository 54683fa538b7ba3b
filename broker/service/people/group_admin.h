/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Groups and their members. Who loses a pool by leaving a group loses the session on it at once. The members
 * of a group that is linked to one of a directory are that directory's to say: nobody is put in or taken out
 * by hand (CARAWAY_ERROR_CONFLICT).
 * Nobody changes who is in a group that gives more rights than they have (CARAWAY_ERROR_FORBIDDEN).
 */
#pragma once

#include "broker/model/caller.h"
#include "broker/model/group.h"
#include "broker/model/page.h"
#include "broker/service/services.h"

/** What a new group is; names follow policy/names.h. */
typedef struct {
  const char *name;
  const char *description;   /**< (nullable) */
  const char *authenticator; /**< (nullable) whose directory says who its members are */
  const char *external_name; /**< (nullable) what it is called there; with @authenticator */
} NewGroup;

/** Makes a group. CARAWAY_ERROR_CONFLICT when the name is taken, CARAWAY_ERROR_INVALID,
 * CARAWAY_ERROR_NOT_FOUND without such an authenticator. */
Group *group_admin_create(Services *services, const Caller *caller, const NewGroup *group,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Groups by name. Returns an array of Group (transfer full); @ret_next is the next page's cursor or NULL. */
GPtrArray *group_admin_list(Services *services, const Page *page, char **ret_next,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The group with id or name @group; CARAWAY_ERROR_NOT_FOUND. */
Group *group_admin_get(Services *services, const char *group, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** What is to change of a group. */
typedef struct {
  const char *description;    /**< (nullable) */
  int second_factor_required; /**< of its members; -1: as it is */
} GroupChange;

/** Changes @group. Members who have no second factor then have to set one up before anything else. */
Group *group_admin_change(Services *services, const Caller *caller, const char *group,
                          const GroupChange *change, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Deletes @group with its memberships and entitlements. */
gboolean group_admin_delete(Services *services, const Caller *caller, const char *group,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Makes @user a member of @group; it is no error when it was one. */
gboolean group_admin_add_member(Services *services, const Caller *caller, const char *group, const char *user,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Takes @user out of @group; it is no error when it was not in it. */
gboolean group_admin_remove_member(Services *services, const Caller *caller, const char *group,
                                   const char *user, GError **error) G_GNUC_WARN_UNUSED_RESULT;
