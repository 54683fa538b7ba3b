/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a route asks of whoever calls it, by stable names. Roles hold those from PERMISSION_ROLES_FIRST on;
 * machines have theirs by their certificates. A new one needs its row here and in permission.c, and a look at
 * the roles of role.c.
 */
#pragma once

#include <glib.h>

typedef enum {
  PERMISSION_PUBLIC,  /**< nobody has to sign in */
  PERMISSION_OWN,     /**< any signed-in user; services look at whose a thing is */
  PERMISSION_ACCOUNT, /**< the same for what keeps the account safe: only who signed in, never an access token
                       */
  PERMISSION_CONSOLE, /**< the same for what opens desktops */

  PERMISSION_SESSION_READ,   /**< those of others; desktops and sessions are where their pool is */
  PERMISSION_SESSION_MANAGE, /**< disconnect, log off, lock, restart and message those of others */
  PERMISSION_DESKTOP_READ,
  PERMISSION_DESKTOP_POWER,  /**< start, shut down, restart, reset, read the boot log */
  PERMISSION_DESKTOP_ASSIGN, /**< give a desktop an owner and take it back */
  PERMISSION_DESKTOP_MANAGE, /**< destroy, adopt */
  PERMISSION_USER_READ,
  PERMISSION_USER_RESET_PASSWORD, /**< never of somebody with more rights than oneself */
  PERMISSION_USER_MANAGE,         /**< nor anything of this */
  PERMISSION_GROUP_READ,
  PERMISSION_GROUP_MANAGE,
  PERMISSION_ROLE_READ,
  PERMISSION_ROLE_MANAGE, /**< grant and revoke what one has oneself */
  PERMISSION_POOL_READ,
  PERMISSION_POOL_ENTITLE, /**< say who may use a pool */
  PERMISSION_POOL_MANAGE,
  PERMISSION_IMAGE_READ,
  PERMISSION_IMAGE_MANAGE,
  PERMISSION_HOST_READ,
  PERMISSION_HOST_MANAGE,
  PERMISSION_BROKER_READ,
  PERMISSION_DEVICE_READ,
  PERMISSION_DEVICE_MANAGE, /**< let devices in and throw them out; pools and groups need theirs, too */
  PERMISSION_AUDIT_READ,

  PERMISSION_GATEWAY, /**< a machine of role relay or portal, by its certificate */
  PERMISSION_HOST,    /**< a machine of role host, by its certificate */
  PERMISSION_BROKER,  /**< another broker, by its certificate */
  PERMISSION_MACHINE, /**< a machine of role host, relay or portal, by its certificate */
  PERMISSIONS
} Permission;

#define PERMISSION_ROLES_FIRST PERMISSION_SESSION_READ
#define PERMISSION_ROLES_END   PERMISSION_GATEWAY

/** Several: one bit each. */
typedef guint64 PermissionSet;

#define PERMISSION_BIT(permission) ((PermissionSet)1 << (permission))

/** Everything that a role may hold. */
#define PERMISSION_SET_OF_ROLES                                                                              \
  (PERMISSION_BIT(PERMISSION_ROLES_END) - PERMISSION_BIT(PERMISSION_ROLES_FIRST))

/** The stable name of @permission, e.g. "user.manage" (static). */
const char *permission_name(Permission permission);

/** Whether whoever is signed in has @permission, without any role. */
gboolean permission_is_of_everybody(Permission permission);

/** Finds what a role may hold by its @name (nullable). */
gboolean permission_from_name(const char *name, Permission *ret_permission);

/** The names of @set in the order of the table (transfer full). */
GStrv permission_set_names(PermissionSet set);

/** The set as the database keeps it: names joined by blanks (transfer full). */
char *permission_set_text(PermissionSet set);

/** What such a text says; names that are not known any more are left out. */
PermissionSet permission_set_from_text(const char *text);
