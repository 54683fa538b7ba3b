/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/store/role_store.h"

#include "broker/store/row.h"
#include "common/base/error.h"

#define COLUMNS "name, description, permissions, created_us, version"

static gpointer
read_role(DbQuery *query)
{
  Role *role = g_new0(Role, 1);
  role->name = g_strdup(db_text(query, 0));
  role->description = g_strdup(db_text(query, 1));
  role->permissions = permission_set_from_text(db_text(query, 2));
  role->created_us = db_int(query, 3);
  role->version = db_int(query, 4);
  return role;
}

gboolean
role_store_add(DbTransaction *transaction, const Role *role, GError **error)
{
  g_autofree char *permissions = permission_set_text(role->permissions);
  gint64 added = role_fixed_find(role->name) != NULL
                     ? 0
                     : db_run(transaction, error,
                              "INSERT INTO role (" COLUMNS ") VALUES (?, ?, ?, ?, 1) ON CONFLICT DO NOTHING",
                              "sssl", role->name, role->description, permissions, role->created_us);
  if (added == 0)
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT,
                "There is a role \"%s\" already; choose another name.", role->name);
  return added == 1;
}

Role *
role_store_find(DbTransaction *transaction, const char *name, GError **error)
{
  const Role *fixed = role_fixed_find(name);
  if (fixed != NULL)
    return role_copy(fixed);
  return row_one(db_query(transaction, error, "SELECT " COLUMNS " FROM role WHERE name = ?", "s", name),
                 read_role, "such role", error);
}

GPtrArray *
role_store_all(DbTransaction *transaction, GError **error)
{
  g_autoptr(GPtrArray) roles =
      row_all(db_query(transaction, error, "SELECT " COLUMNS " FROM role ORDER BY name LIMIT 1000", ""),
              read_role, (GDestroyNotify)role_free, error);
  for (guint i = 0; roles != NULL && i < role_fixed_count(); i++)
    g_ptr_array_insert(roles, (gint)i, role_copy(role_fixed(i)));
  return g_steal_pointer(&roles);
}

gboolean
role_store_update(DbTransaction *transaction, const Role *role, GError **error)
{
  g_autofree char *permissions = permission_set_text(role->permissions);
  return row_changed(db_run(transaction, error,
                            "UPDATE role SET description = ?, permissions = ?, version = version + 1"
                            " WHERE name = ?",
                            "sss", role->description, permissions, role->name),
                     "such role", error);
}

gboolean
role_store_remove(DbTransaction *transaction, const char *name, GError **error)
{
  return db_run(transaction, error, "DELETE FROM role_binding WHERE role = ?", "s", name) >= 0 &&
         row_changed(db_run(transaction, error, "DELETE FROM role WHERE name = ?", "s", name), "such role",
                     error);
}
