/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Roles: a few that every installation has, whose permissions are the program's to say, and custom ones. Owns
 * the table of the fixed ones.
 */
#pragma once

#include "broker/model/permission.h"

#define ROLE_ADMINISTRATOR "administrator"
#define ROLE_USER          "user" /**< what everybody has: their own; it is never bound */

typedef struct {
  char *name; /**< lower case, unique, for good */
  char *description;
  PermissionSet permissions;
  gboolean second_factor_required; /**< of whoever has it, on whatever object */
  gboolean fixed;                  /**< one of those that every installation has */
  gint64 created_us;               /**< 0 for a fixed one */
  gint64 version;                  /**< raised by each change; the API's ETag */
} Role;

/** How many fixed roles there are. */
guint role_fixed_count(void);

/** The fixed role at @index (static). */
const Role *role_fixed(guint index);

/** The fixed role @name (static), NULL when it is none. */
const Role *role_fixed_find(const char *name);

/** A copy of @role. */
Role *role_copy(const Role *role);

/** Frees @role (nullable). */
void role_free(Role *role);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Role, role_free)
