/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a route asks of whoever calls it, and which roles have it.
 */
#pragma once

#include "broker/model/caller.h"

typedef enum {
  PERMISSION_PUBLIC, /**< nobody has to sign in */
  PERMISSION_OWN,    /**< any signed-in user; services look at whose a thing is */
  PERMISSION_SESSION_MANAGE,
  PERMISSION_USER_MANAGE,
  PERMISSION_POOL_MANAGE,
  PERMISSION_IMAGE_MANAGE,
  PERMISSION_HOST_MANAGE,
  PERMISSION_DESKTOP_MANAGE,
  PERMISSION_AUDIT_READ,
  PERMISSION_GATEWAY, /**< a machine of role relay or portal, by its certificate */
  PERMISSION_HOST,    /**< a machine of role host, by its certificate */
  PERMISSION_BROKER,  /**< another broker, by its certificate */
  PERMISSIONS
} Permission;

/** The stable name of @permission, e.g. "user.manage" (static). */
const char *permission_name(Permission permission);

/** Whether @caller has @permission by its roles. */
gboolean permission_is_granted(Permission permission, const Caller *caller);
