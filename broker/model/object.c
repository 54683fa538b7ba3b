/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/model/object.h"

#include <string.h>

#define PLACES_MAX 3

static const struct {
  const char *name;
  Permission reads;
  const char *places[PLACES_MAX];
} KINDS[OBJECT_KINDS] = {
    [OBJECT_ROOT] = {"installation", PERMISSION_PUBLIC, {"/"}},
    [OBJECT_POOL] = {"pool", PERMISSION_POOL_READ, {"/pools"}},
    [OBJECT_DESKTOP] = {"desktop", PERMISSION_DESKTOP_READ, {"/pools"}},
    [OBJECT_SESSION] = {"session", PERMISSION_SESSION_READ, {"/pools"}},
    [OBJECT_HOST] = {"host", PERMISSION_HOST_READ, {"/hosts"}},
    [OBJECT_GROUP] = {"group", PERMISSION_GROUP_READ, {"/groups"}},
    [OBJECT_USER] = {"user", PERMISSION_USER_READ, {"/users", "/groups"}},
    [OBJECT_IMAGE] = {"image", PERMISSION_IMAGE_READ, {"/images"}},
};

/* What may be bound to; users and images are bound to all together. */
static const struct {
  const char *place;
  ObjectKind kind;
  gboolean single;
} TREE[] = {
    {"/pools", OBJECT_POOL, TRUE},  {"/hosts", OBJECT_HOST, TRUE},    {"/groups", OBJECT_GROUP, TRUE},
    {"/users", OBJECT_USER, FALSE}, {"/images", OBJECT_IMAGE, FALSE},
};

const char *
object_kind_name(ObjectKind kind)
{
  return KINDS[kind].name;
}

gboolean
object_kind_from_name(const char *name, ObjectKind *ret_kind)
{
  for (int kind = 0; kind < OBJECT_KINDS; kind++)
    if (g_str_equal(KINDS[kind].name, name)) {
      *ret_kind = (ObjectKind)kind;
      return TRUE;
    }
  return FALSE;
}

Permission
object_kind_reads(ObjectKind kind)
{
  return KINDS[kind].reads;
}

const char *const *
object_kind_places(ObjectKind kind)
{
  return KINDS[kind].places;
}

char *
object_path(const char *place, const char *id)
{
  return g_strconcat(place, "/", id, NULL);
}

gboolean
object_contains(const char *object, const char *path)
{
  gsize length = strlen(object);
  return g_str_equal(object, "/") ||
         (strncmp(object, path, length) == 0 && (path[length] == '/' || path[length] == '\0'));
}

gboolean
object_split(const char *path, ObjectKind *ret_kind, const char **ret_key)
{
  *ret_kind = OBJECT_ROOT;
  *ret_key = NULL;
  if (g_str_equal(path, "/"))
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS(TREE); i++) {
    if (!object_contains(TREE[i].place, path))
      continue;
    const char *rest = path + strlen(TREE[i].place);
    *ret_kind = TREE[i].kind;
    *ret_key = *rest == '/' ? rest + 1 : NULL;
    return *ret_key == NULL || (TREE[i].single && **ret_key != '\0' && strchr(*ret_key, '/') == NULL);
  }
  return FALSE;
}
