/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Custom roles. A role may become anybody's at once where it is bound, so nobody writes one with permissions
 * that they do not have on the whole installation (CARAWAY_ERROR_FORBIDDEN). The fixed ones stay as they are
 * (CARAWAY_ERROR_CONFLICT) but for whether a second factor is required of who has them; that counts from the
 * next request of each, who then has to prove one or to set one up.
 */
#pragma once

#include "broker/model/caller.h"
#include "broker/model/role.h"
#include "broker/service/services.h"

/** What to change: NULL leaves a member as it is. */
typedef struct {
  const char *description;
  const PermissionSet *permissions;
  int second_factor_required; /**< 0, 1; -1 leaves it */
} RoleChange;

/** What a new role is; all borrowed. */
typedef struct {
  const char *name;
  const char *description; /**< (nullable) */
  PermissionSet permissions;
  gboolean second_factor_required;
} NewRole;

/** All roles, the fixed ones first (transfer full). */
GPtrArray *role_admin_list(Services *services, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The role @name; CARAWAY_ERROR_NOT_FOUND. */
Role *role_admin_get(Services *services, const char *name, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Makes a role. CARAWAY_ERROR_CONFLICT when the name is taken, CARAWAY_ERROR_INVALID. */
Role *role_admin_create(Services *services, const Caller *caller, const NewRole *new_role,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Changes the role @name. @version: as in user_admin_change(). */
Role *role_admin_change(Services *services, const Caller *caller, const char *name, const RoleChange *change,
                        gint64 version, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Deletes the role @name with its bindings: who had it loses it with the next request. */
gboolean role_admin_delete(Services *services, const Caller *caller, const char *name,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
