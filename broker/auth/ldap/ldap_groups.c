/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/auth/ldap/ldap_groups.h"

#include "broker/auth/ldap/ldap_text.h"
#include "common/base/text.h"

#include <string.h>

#define NAME_MAX_BYTES 200

typedef struct {
  const LdapGroupsBounds *bounds;
  GHashTable *seen;  /* keys of groups */
  GHashTable *names; /* what comes out */
  GPtrArray *level;  /* DNs that are asked for now */
  GPtrArray *next;   /* and after them */
  gboolean was_cut;
} Walk;

/* A short name that is written like a whole one would be taken for another group. */
static void
take_name(Walk *walk, const char *name)
{
  if (name != NULL && *name != '\0' && strchr(name, '=') == NULL && strlen(name) <= NAME_MAX_BYTES &&
      text_is_plain(name))
    g_hash_table_add(walk->names, g_utf8_strdown(name, -1));
}

static void
take_group(Walk *walk, const LdapGroup *group)
{
  g_autofree char *key = ldap_text_dn_key(group->dn);
  if (key == NULL || !ldap_text_dn_is_within(key, walk->bounds->base) ||
      g_hash_table_contains(walk->seen, key))
    return;
  if (g_hash_table_size(walk->seen) >= walk->bounds->limit) {
    walk->was_cut = TRUE;
    return;
  }
  g_hash_table_add(walk->names, g_strdup(key));
  g_hash_table_add(walk->seen, g_steal_pointer(&key));
  take_name(walk, group->name);
  g_ptr_array_add(walk->next, g_strdup(group->dn));
}

/* Level 0 is the entry itself, which is no group. What is found on the last level does not count. */
static gboolean
walk_level(Walk *walk, guint depth, LdapGroupsAsk ask, gpointer data, GError **error)
{
  for (guint i = 0; i < walk->level->len; i++) {
    g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func((GDestroyNotify)ldap_group_free);
    g_autofree char *name = NULL;
    if (!ask(data, g_ptr_array_index(walk->level, i), &name, found, error))
      return FALSE;
    if (depth > 0 && walk->bounds->by_reading)
      take_name(walk, name);
    for (guint j = 0; j < found->len && depth < walk->bounds->depth; j++)
      take_group(walk, g_ptr_array_index(found, j));
  }
  return TRUE;
}

static int
compare(gconstpointer a, gconstpointer b)
{
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static GStrv
sorted(GHashTable *names)
{
  g_autoptr(GPtrArray) texts = g_ptr_array_new();
  GHashTableIter iter;
  gpointer name;
  g_hash_table_iter_init(&iter, names);
  while (g_hash_table_iter_next(&iter, &name, NULL))
    g_ptr_array_add(texts, g_strdup(name));
  g_ptr_array_sort(texts, compare);
  g_ptr_array_add(texts, NULL);
  return (GStrv)g_ptr_array_free(g_steal_pointer(&texts), FALSE);
}

GStrv
ldap_groups_collect(const char *dn, const LdapGroupsBounds *bounds, LdapGroupsAsk ask, gpointer data,
                    gboolean *ret_cut, GError **error)
{
  g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr(GHashTable) names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  Walk walk = {.bounds = bounds, .seen = seen, .names = names};
  walk.next = g_ptr_array_new_with_free_func(g_free);
  g_ptr_array_add(walk.next, g_strdup(dn));
  gboolean good = TRUE;
  guint levels = bounds->depth + (bounds->by_reading ? 1 : 0);
  for (guint depth = 0; good && depth < levels && walk.next->len > 0; depth++) {
    g_clear_pointer(&walk.level, g_ptr_array_unref);
    walk.level = g_steal_pointer(&walk.next);
    walk.next = g_ptr_array_new_with_free_func(g_free);
    good = walk_level(&walk, depth, ask, data, error);
  }
  g_clear_pointer(&walk.level, g_ptr_array_unref);
  g_ptr_array_unref(walk.next);
  if (good && ret_cut != NULL)
    *ret_cut = walk.was_cut;
  return good ? sorted(names) : NULL;
}

LdapGroup *
ldap_group_new(const char *dn, const char *name)
{
  LdapGroup *group = g_new0(LdapGroup, 1);
  group->dn = g_strdup(dn);
  group->name = g_strdup(name);
  return group;
}

void
ldap_group_free(LdapGroup *group)
{
  if (group == NULL)
    return;
  g_free(group->dn);
  g_free(group->name);
  g_free(group);
}
