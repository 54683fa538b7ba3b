/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/model/role.h"

#define BIT(permission) PERMISSION_BIT(PERMISSION_##permission)

#define READS                                                                                                \
  (BIT(SESSION_READ) | BIT(DESKTOP_READ) | BIT(USER_READ) | BIT(GROUP_READ) | BIT(ROLE_READ) |               \
   BIT(POOL_READ) | BIT(IMAGE_READ) | BIT(HOST_READ) | BIT(BROKER_READ) | BIT(DEVICE_READ) |                 \
   BIT(AUDIT_READ))

/* docs/roles.md shows them as a table; a test compares the two. */
static const Role FIXED[] = {
    {(char *)ROLE_ADMINISTRATOR, (char *)"Everything.", PERMISSION_SET_OF_ROLES, FALSE, TRUE, 0, 1},
    {(char *)"pool-manager", (char *)"Keeps pools, their desktops and sessions, and says who may use them.",
     BIT(POOL_READ) | BIT(POOL_ENTITLE) | BIT(POOL_MANAGE) | BIT(SESSION_READ) | BIT(SESSION_MANAGE) |
         BIT(DESKTOP_READ) | BIT(DESKTOP_POWER) | BIT(DESKTOP_ASSIGN) | BIT(DESKTOP_MANAGE) | BIT(IMAGE_READ),
     FALSE, TRUE, 0, 1},
    {(char *)"help-desk", (char *)"Helps people with their sessions, desktops and passwords.",
     BIT(SESSION_READ) | BIT(SESSION_MANAGE) | BIT(DESKTOP_READ) | BIT(DESKTOP_POWER) | BIT(USER_READ) |
         BIT(USER_RESET_PASSWORD) | BIT(GROUP_READ) | BIT(POOL_READ),
     FALSE, TRUE, 0, 1},
    {(char *)"auditor", (char *)"Reads everything, the audit log too, and changes nothing.", READS, FALSE,
     TRUE, 0, 1},
    {(char *)ROLE_USER, (char *)"What everybody has: their own desktops and account.", 0, FALSE, TRUE, 0, 1},
};

guint
role_fixed_count(void)
{
  return G_N_ELEMENTS(FIXED);
}

const Role *
role_fixed(guint index)
{
  return &FIXED[index];
}

const Role *
role_fixed_find(const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS(FIXED); i++)
    if (g_str_equal(FIXED[i].name, name))
      return &FIXED[i];
  return NULL;
}

Role *
role_copy(const Role *role)
{
  Role *copy = g_memdup2(role, sizeof *role);
  copy->name = g_strdup(role->name);
  copy->description = g_strdup(role->description);
  return copy;
}

void
role_free(Role *role)
{
  if (role == NULL)
    return;
  g_free(role->name);
  g_free(role->description);
  g_free(role);
}
