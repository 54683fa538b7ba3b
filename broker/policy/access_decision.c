/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/policy/access_decision.h"

#include <string.h>

static const HeldRole *
role_at(const Access *access, guint index)
{
  return g_ptr_array_index(access->roles, index);
}

static gboolean
reaches(const HeldRole *held, const char *const *paths)
{
  for (; *paths != NULL; paths++)
    if (object_contains(held->object, *paths))
      return TRUE;
  return FALSE;
}

static gboolean
holds(const Access *access, const HeldRole *held, Permission permission)
{
  return (held->permissions & access->limit & PERMISSION_BIT(permission)) != 0;
}

PermissionSet
access_decision_on(const Access *access, const char *const *paths)
{
  PermissionSet set = 0;
  for (guint i = 0; i < access->roles->len; i++)
    if (reaches(role_at(access, i), paths))
      set |= role_at(access, i)->permissions;
  return set & access->limit;
}

const HeldRole *
access_decision_role(const Access *access, Permission permission, const char *const *paths)
{
  for (guint i = 0; i < access->roles->len; i++)
    if (holds(access, role_at(access, i), permission) && reaches(role_at(access, i), paths))
      return role_at(access, i);
  return NULL;
}

static gboolean
touches(const char *object, const char *const *places)
{
  for (; *places != NULL; places++)
    if (object_contains(object, *places) || object_contains(*places, object))
      return TRUE;
  return FALSE;
}

gboolean
access_decision_allows_some(const Access *access, Permission permission, ObjectKind kind)
{
  for (guint i = 0; i < access->roles->len; i++)
    if (holds(access, role_at(access, i), permission) &&
        touches(role_at(access, i)->object, object_kind_places(kind)))
      return TRUE;
  return FALSE;
}

gboolean
access_decision_covers(const Access *access, PermissionSet permissions, const char *object,
                       PermissionSet *ret_missing)
{
  const char *const paths[] = {object, NULL};
  *ret_missing = permissions & ~access_decision_on(access, paths);
  return *ret_missing == 0;
}

gboolean
access_decision_not_above(const Access *mine, const Access *theirs, const HeldRole **ret_missing)
{
  for (guint i = 0; i < theirs->roles->len; i++) {
    PermissionSet missing;
    *ret_missing = role_at(theirs, i);
    if (!access_decision_covers(mine, role_at(theirs, i)->permissions, role_at(theirs, i)->object, &missing))
      return FALSE;
  }
  return TRUE;
}

char *
access_decision_within(const Access *access, Permission permission, const char *place)
{
  g_autoptr(GString) ids = g_string_new(NULL);
  for (guint i = 0; i < access->roles->len; i++) {
    const HeldRole *held = role_at(access, i);
    if (!holds(access, held, permission))
      continue;
    if (object_contains(held->object, place))
      return NULL;
    if (object_contains(place, held->object))
      g_string_append_printf(ids, " %s ", held->object + strlen(place) + 1);
  }
  return g_string_free(g_steal_pointer(&ids), FALSE);
}
