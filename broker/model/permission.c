/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/model/permission.h"

#include "broker/model/name_table.h"

static const char *const NAMES[PERMISSIONS] = {
    [PERMISSION_PUBLIC] = "public",
    [PERMISSION_OWN] = "own",
    [PERMISSION_ACCOUNT] = "account",
    [PERMISSION_CONSOLE] = "console.open",
    [PERMISSION_SESSION_READ] = "session.read",
    [PERMISSION_SESSION_MANAGE] = "session.manage",
    [PERMISSION_DESKTOP_READ] = "desktop.read",
    [PERMISSION_DESKTOP_POWER] = "desktop.power",
    [PERMISSION_DESKTOP_ASSIGN] = "desktop.assign",
    [PERMISSION_DESKTOP_MANAGE] = "desktop.manage",
    [PERMISSION_USER_READ] = "user.read",
    [PERMISSION_USER_RESET_PASSWORD] = "user.reset-password",
    [PERMISSION_USER_MANAGE] = "user.manage",
    [PERMISSION_GROUP_READ] = "group.read",
    [PERMISSION_GROUP_MANAGE] = "group.manage",
    [PERMISSION_ROLE_READ] = "role.read",
    [PERMISSION_ROLE_MANAGE] = "role.manage",
    [PERMISSION_POOL_READ] = "pool.read",
    [PERMISSION_POOL_ENTITLE] = "pool.entitle",
    [PERMISSION_POOL_MANAGE] = "pool.manage",
    [PERMISSION_IMAGE_READ] = "image.read",
    [PERMISSION_IMAGE_MANAGE] = "image.manage",
    [PERMISSION_HOST_READ] = "host.read",
    [PERMISSION_HOST_MANAGE] = "host.manage",
    [PERMISSION_BROKER_READ] = "broker.read",
    [PERMISSION_DEVICE_READ] = "device.read",
    [PERMISSION_DEVICE_MANAGE] = "device.manage",
    [PERMISSION_AUDIT_READ] = "audit.read",
    [PERMISSION_GATEWAY] = "gateway",
    [PERMISSION_HOST] = "host",
    [PERMISSION_BROKER] = "broker",
    [PERMISSION_MACHINE] = "machine",
};

G_STATIC_ASSERT(PERMISSIONS <= 64);

const char *
permission_name(Permission permission)
{
  return NAMES[permission];
}

gboolean
permission_is_of_everybody(Permission permission)
{
  return permission == PERMISSION_OWN || permission == PERMISSION_ACCOUNT || permission == PERMISSION_CONSOLE;
}

gboolean
permission_from_name(const char *name, Permission *ret_permission)
{
  int value = name_table_value(NAMES, PERMISSIONS, name);
  if (value < PERMISSION_ROLES_FIRST || value >= PERMISSION_ROLES_END)
    return FALSE;
  *ret_permission = (Permission)value;
  return TRUE;
}

GStrv
permission_set_names(PermissionSet set)
{
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
  for (int permission = PERMISSION_ROLES_FIRST; permission < PERMISSION_ROLES_END; permission++)
    if ((set & PERMISSION_BIT(permission)) != 0)
      g_strv_builder_add(builder, NAMES[permission]);
  return g_strv_builder_end(builder);
}

char *
permission_set_text(PermissionSet set)
{
  g_auto(GStrv) names = permission_set_names(set);
  return g_strjoinv(" ", names);
}

PermissionSet
permission_set_from_text(const char *text)
{
  g_auto(GStrv) names = g_strsplit(text, " ", -1);
  PermissionSet set = 0;
  Permission permission;
  for (char **name = names; *name != NULL; name++)
    if (permission_from_name(*name, &permission))
      set |= PERMISSION_BIT(permission);
  return set;
}
