/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Custom roles. A role may become anybody's at once where it is bound, so nobody writes one with permissions
 * that they do not have on the whole installation (CARAWAY_ERROR_FORBIDDEN). The fixed ones stay as they are
 * (CARAWAY_ERROR_CONFLICT).
 */
#pragma once

#include "broker/model/caller.h"
#include "broker/model/role.h"
#include "broker/service/services.h"

/** What to change: NULL leaves a member as it is. */
typedef struct {
  const char *description;
  const PermissionSet *permissions;
} RoleChange;

/** All roles, the fixed ones first (transfer full). */
GPtrArray *role_admin_list(Services *services, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The role @name; CARAWAY_ERROR_NOT_FOUND. */
Role *role_admin_get(Services *services, const char *name, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Makes a role. CARAWAY_ERROR_CONFLICT when the name is taken, CARAWAY_ERROR_INVALID. */
Role *role_admin_create(Services *services, const Caller *caller, const char *name, const char *description,
                        PermissionSet permissions, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Changes the role @name. @version: as in user_admin_change(). */
Role *role_admin_change(Services *services, const Caller *caller, const char *name, const RoleChange *change,
                        gint64 version, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Deletes the role @name with its bindings: who had it loses it with the next request. */
gboolean role_admin_delete(Services *services, const Caller *caller, const char *name,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
