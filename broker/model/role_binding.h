/* SPDX-License-Identifier: Apache-2.0 */
/*
 * That a user or a group has a role on an object and all below it.
 */
#pragma once

#include "broker/model/entitlement.h"

typedef struct {
  char *id;             /**< UUID */
  EntitlementKind kind; /**< of the subject */
  char *subject_id;     /**< of the user or group */
  char *subject_name;
  char *role;
  char *object;      /**< path by id, see object.h */
  char *object_name; /**< (nullable) name of what its last part is the id of */
  gint64 created_us;
} RoleBinding;

/** The object as people read it: by name (transfer full). */
char *role_binding_shown(const RoleBinding *binding);

/** Frees @binding (nullable). */
void role_binding_free(RoleBinding *binding);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RoleBinding, role_binding_free)
