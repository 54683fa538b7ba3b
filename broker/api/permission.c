/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/api/permission.h"

/* Which role has what; machines are no callers, and have none of these. */
static const struct {
  const char *name;
  gboolean user;
  gboolean administrator;
} TABLE[PERMISSIONS] = {
    [PERMISSION_PUBLIC] = {"public", TRUE, TRUE},
    [PERMISSION_OWN] = {"own", TRUE, TRUE},
    [PERMISSION_SESSION_MANAGE] = {"session.manage", FALSE, TRUE},
    [PERMISSION_USER_MANAGE] = {"user.manage", FALSE, TRUE},
    [PERMISSION_POOL_MANAGE] = {"pool.manage", FALSE, TRUE},
    [PERMISSION_IMAGE_MANAGE] = {"image.manage", FALSE, TRUE},
    [PERMISSION_HOST_MANAGE] = {"host.manage", FALSE, TRUE},
    [PERMISSION_DESKTOP_MANAGE] = {"desktop.manage", FALSE, TRUE},
    [PERMISSION_AUDIT_READ] = {"audit.read", FALSE, TRUE},
    [PERMISSION_GATEWAY] = {"gateway", FALSE, FALSE},
    [PERMISSION_HOST] = {"host", FALSE, FALSE},
    [PERMISSION_BROKER] = {"broker", FALSE, FALSE},
};

const char *
permission_name(Permission permission)
{
  return TABLE[permission].name;
}

gboolean
permission_is_granted(Permission permission, const Caller *caller)
{
  return caller->administrator ? TABLE[permission].administrator : TABLE[permission].user;
}
