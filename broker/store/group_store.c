/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/store/group_store.h"

#include "broker/store/row.h"
#include "common/base/error.h"

#define COLUMNS "id, name, description, authenticator, external_name, second_factor_required"

static gpointer
read_group(DbQuery *query)
{
  Group *group = g_new0(Group, 1);
  group->id = g_strdup(db_text(query, 0));
  group->name = g_strdup(db_text(query, 1));
  group->description = g_strdup(db_text(query, 2));
  group->authenticator = g_strdup(db_text(query, 3));
  group->external_name = g_strdup(db_text(query, 4));
  group->second_factor_required = db_int(query, 5) != 0;
  return group;
}

static gboolean
read_members(DbTransaction *transaction, Group *group, GError **error)
{
  group->members = row_texts(db_query(transaction, error,
                                      "SELECT a.name FROM membership m JOIN account a ON a.id = m.account_id"
                                      " WHERE m.group_id = ? ORDER BY a.name",
                                      "s", group->id),
                             error);
  return group->members != NULL;
}

gboolean
group_store_add(DbTransaction *transaction, const Group *group, GError **error)
{
  gint64 added = db_run(transaction, error,
                        "INSERT INTO account_group (id, name, description, authenticator, external_name,"
                        " second_factor_required) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO NOTHING",
                        "sssssi", group->id, group->name, group->description, group->authenticator,
                        group->external_name, group->second_factor_required);
  if (added == 0)
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT,
                "There is a group \"%s\" already; choose another name.", group->name);
  return added == 1;
}

Group *
group_store_find(DbTransaction *transaction, const char *key, GError **error)
{
  g_autoptr(Group) group =
      row_one(db_query(transaction, error, "SELECT " COLUMNS " FROM account_group WHERE id = ? OR name = ?",
                       "ss", key, key),
              read_group, "such group", error);
  if (group == NULL || !read_members(transaction, group, error))
    return NULL;
  return g_steal_pointer(&group);
}

static char *
group_key(gpointer group)
{
  return g_strdup(((Group *)group)->name);
}

GPtrArray *
group_store_list(DbTransaction *transaction, const Page *page, char **ret_next, GError **error)
{
  const char *within = row_within(page);
  g_autoptr(GPtrArray) groups = row_page(
      row_all(db_query(transaction, error,
                       "SELECT " COLUMNS
                       " FROM account_group WHERE name > ? AND " ROW_WITHIN("id") " ORDER BY name LIMIT ?",
                       "ssssi", page->cursor != NULL ? page->cursor : "", within, within, within,
                       row_limit(page)),
              read_group, (GDestroyNotify)group_free, error),
      page, group_key, ret_next);
  for (guint i = 0; groups != NULL && i < groups->len; i++)
    if (!read_members(transaction, g_ptr_array_index(groups, i), error))
      return NULL;
  return g_steal_pointer(&groups);
}

gboolean
group_store_update(DbTransaction *transaction, const Group *group, GError **error)
{
  return row_changed(
      db_run(transaction, error,
             "UPDATE account_group SET description = ?, second_factor_required = ? WHERE id = ?", "sis",
             group->description, group->second_factor_required, group->id),
      "such group", error);
}

gboolean
group_store_remove(DbTransaction *transaction, const char *id, GError **error)
{
  return row_changed(db_run(transaction, error, "DELETE FROM account_group WHERE id = ?", "s", id),
                     "such group", error);
}

gboolean
group_store_add_member(DbTransaction *transaction, const char *group_id, const char *user_id, GError **error)
{
  return db_run(transaction, error,
                "INSERT INTO membership (group_id, account_id) VALUES (?, ?) ON CONFLICT DO NOTHING", "ss",
                group_id, user_id) >= 0;
}

gboolean
group_store_remove_member(DbTransaction *transaction, const char *group_id, const char *user_id,
                          GError **error)
{
  return db_run(transaction, error, "DELETE FROM membership WHERE group_id = ? AND account_id = ?", "ss",
                group_id, user_id) >= 0;
}
