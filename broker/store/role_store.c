/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/store/role_store.h"

#include "broker/store/row.h"
#include "common/base/error.h"

#define SELECT_ROLE                                                                                          \
  "SELECT r.name, r.description, r.permissions, r.created_us, r.version + COALESCE(q.changes, 0),"           \
  " COALESCE(q.second_factor_required, 0) FROM role r LEFT JOIN role_rule q ON q.role = r.name"

static gpointer
read_role(DbQuery *query)
{
  Role *role = g_new0(Role, 1);
  role->name = g_strdup(db_text(query, 0));
  role->description = g_strdup(db_text(query, 1));
  role->permissions = permission_set_from_text(db_text(query, 2));
  role->created_us = db_int(query, 3);
  role->version = db_int(query, 4);
  role->second_factor_required = db_int(query, 5) != 0;
  return role;
}

/* --- rules of the fixed ones --- */

typedef struct {
  gboolean second_factor_required;
  gint64 changes;
} RoleRule;

static gpointer
read_rule(DbQuery *query)
{
  RoleRule *rule = g_new0(RoleRule, 1);
  rule->second_factor_required = db_int(query, 0) != 0;
  rule->changes = db_int(query, 1);
  return rule;
}

static Role *
fixed_with_rule(DbTransaction *transaction, const Role *fixed, GError **error)
{
  g_autoptr(GPtrArray) rules = row_all(
      db_query(transaction, error, "SELECT second_factor_required, changes FROM role_rule WHERE role = ?",
               "s", fixed->name),
      read_rule, g_free, error);
  if (rules == NULL)
    return NULL;
  Role *role = role_copy(fixed);
  const RoleRule *rule = rules->len > 0 ? g_ptr_array_index(rules, 0) : &(RoleRule){FALSE, 0};
  role->second_factor_required = rule->second_factor_required;
  role->version += rule->changes;
  return role;
}

/* --- all --- */

gboolean
role_store_add(DbTransaction *transaction, const Role *role, GError **error)
{
  g_autofree char *permissions = permission_set_text(role->permissions);
  gint64 added = role_fixed_find(role->name) != NULL
                     ? 0
                     : db_run(transaction, error,
                              "INSERT INTO role (name, description, permissions, created_us, version)"
                              " VALUES (?, ?, ?, ?, 1) ON CONFLICT DO NOTHING",
                              "sssl", role->name, role->description, permissions, role->created_us);
  if (added == 0)
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT,
                "There is a role \"%s\" already; choose another name.", role->name);
  return added == 1 && (!role->second_factor_required ||
                        role_store_set_second_factor(transaction, role->name, TRUE, error));
}

Role *
role_store_find(DbTransaction *transaction, const char *name, GError **error)
{
  const Role *fixed = role_fixed_find(name);
  if (fixed != NULL)
    return fixed_with_rule(transaction, fixed, error);
  return row_one(db_query(transaction, error, SELECT_ROLE " WHERE r.name = ?", "s", name), read_role,
                 "such role", error);
}

GPtrArray *
role_store_all(DbTransaction *transaction, GError **error)
{
  g_autoptr(GPtrArray) roles =
      row_all(db_query(transaction, error, SELECT_ROLE " ORDER BY r.name LIMIT 1000", ""), read_role,
              (GDestroyNotify)role_free, error);
  for (guint i = 0; roles != NULL && i < role_fixed_count(); i++) {
    Role *role = fixed_with_rule(transaction, role_fixed(i), error);
    if (role == NULL)
      return NULL;
    g_ptr_array_insert(roles, (gint)i, role);
  }
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
role_store_set_second_factor(DbTransaction *transaction, const char *name, gboolean required, GError **error)
{
  return db_run(transaction, error,
                "INSERT INTO role_rule (role, second_factor_required, changes) VALUES (?, ?, 1)"
                " ON CONFLICT (role) DO UPDATE SET second_factor_required = excluded.second_factor_required,"
                " changes = role_rule.changes + 1",
                "si", name, required) == 1;
}

gboolean
role_store_remove(DbTransaction *transaction, const char *name, GError **error)
{
  return db_run(transaction, error, "DELETE FROM role_binding WHERE role = ?", "s", name) >= 0 &&
         db_run(transaction, error, "DELETE FROM role_rule WHERE role = ?", "s", name) >= 0 &&
         row_changed(db_run(transaction, error, "DELETE FROM role WHERE name = ?", "s", name), "such role",
                     error);
}
