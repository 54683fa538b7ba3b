/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/model/access.h"

#include "broker/model/role.h"

static void
held_role_free(gpointer data)
{
  HeldRole *held = data;
  g_free(held->binding);
  g_free(held->role);
  g_free(held->object);
  g_free(held->group);
  g_free(held);
}

Access *
access_new(void)
{
  Access *access = g_new0(Access, 1);
  access->roles = g_ptr_array_new_with_free_func(held_role_free);
  access->limit = ~(PermissionSet)0;
  return access;
}

Access *
access_new_everything(void)
{
  Access *access = access_new();
  access_add(access, "", ROLE_ADMINISTRATOR, "/", NULL, PERMISSION_SET_OF_ROLES);
  return access;
}

void
access_add(Access *access, const char *binding, const char *role, const char *object, const char *group,
           PermissionSet permissions)
{
  HeldRole *held = g_new0(HeldRole, 1);
  held->binding = g_strdup(binding);
  held->role = g_strdup(role);
  held->object = g_strdup(object);
  held->group = g_strdup(group);
  held->permissions = permissions;
  g_ptr_array_add(access->roles, held);
}

PermissionSet
access_permissions(const Access *access)
{
  PermissionSet set = 0;
  for (guint i = 0; i < access->roles->len; i++)
    set |= ((HeldRole *)g_ptr_array_index(access->roles, i))->permissions;
  return set & access->limit;
}

GStrv
access_role_names(const Access *access)
{
  g_autoptr(GPtrArray) names = g_ptr_array_new();
  for (guint i = 0; i < access->roles->len; i++) {
    char *name = ((HeldRole *)g_ptr_array_index(access->roles, i))->role;
    if (!g_ptr_array_find_with_equal_func(names, name, g_str_equal, NULL))
      g_ptr_array_add(names, name);
  }
  g_ptr_array_add(names, (gpointer)ROLE_USER);
  g_ptr_array_add(names, NULL);
  return g_strdupv((char **)names->pdata);
}

void
access_free(Access *access)
{
  if (access == NULL)
    return;
  g_ptr_array_unref(access->roles);
  g_free(access);
}
