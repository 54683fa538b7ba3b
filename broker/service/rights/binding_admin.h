/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Giving roles to users and groups, and taking them back. It needs role.manage on the object and every
 * permission of the role there: nobody grants or revokes what they do not have (CARAWAY_ERROR_FORBIDDEN).
 * What a binding allowed ends with the next request, and what hangs on it within seconds at every broker.
 */
#pragma once

#include "broker/model/access.h"
#include "broker/model/caller.h"
#include "broker/model/page.h"
#include "broker/model/role_binding.h"
#include "broker/service/services.h"

/** What to bind. */
typedef struct {
  EntitlementKind kind;
  const char *subject; /**< id or name of the user or group */
  const char *role;
  const char *object; /**< path by id or name, "/" for everything */
} NewBinding;

/** Binds; CARAWAY_ERROR_NOT_FOUND, CARAWAY_ERROR_CONFLICT when it is so already, CARAWAY_ERROR_INVALID. */
RoleBinding *binding_admin_create(Services *services, const Caller *caller, const NewBinding *new_binding,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The bindings to objects on which @caller may read roles, by id (transfer full). */
GPtrArray *binding_admin_list(Services *services, const Caller *caller, const Page *page, char **ret_next,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Takes the binding @id back; that of somebody out of the caller's sight is CARAWAY_ERROR_NOT_FOUND. */
gboolean binding_admin_delete(Services *services, const Caller *caller, const char *id,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The roles of the caller that reach @object (a path by id or name), with what each permits (transfer full);
 * CARAWAY_ERROR_INVALID for what is no path. What is not there looks like what the caller may not see. */
Access *binding_admin_mine_on(Services *services, const Caller *caller, const char *object,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
