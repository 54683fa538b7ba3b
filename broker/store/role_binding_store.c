/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/store/role_binding_store.h"

#include "broker/model/role.h"
#include "broker/store/administrates.h"
#include "broker/store/row.h"
#include "common/base/error.h"

#define SELECT_BINDING                                                                                       \
  "SELECT b.id, b.account_id, b.group_id, COALESCE(a.name, g.name), b.role, b.object, b.created_us,"         \
  " COALESCE(p.name, o.name) FROM role_binding b LEFT JOIN account a ON a.id = b.account_id"                 \
  " LEFT JOIN account_group g ON g.id = b.group_id LEFT JOIN pool p ON '/pools/' || p.id = b.object"         \
  " LEFT JOIN account_group o ON '/groups/' || o.id = b.object"

#define SELECT_HELD                                                                                          \
  "SELECT b.id, b.role, b.object, g.name, r.permissions FROM role_binding b"                                 \
  " LEFT JOIN account_group g ON g.id = b.group_id LEFT JOIN role r ON r.name = b.role"

static gboolean
mirror(DbTransaction *transaction, const char *user_id, GError **error)
{
  return db_run(transaction, error,
                "UPDATE account SET administrator = (SELECT COUNT(*) FROM role_binding b"
                " WHERE b.account_id = account.id AND b.role = '" ROLE_ADMINISTRATOR "' AND b.object = '/')"
                " WHERE id = ?",
                "s", user_id) >= 0;
}

static gint64
insert(DbTransaction *transaction, const RoleBinding *binding, GError **error)
{
  gboolean by_group = binding->kind == ENTITLEMENT_GROUP;
  return db_run(transaction, error,
                "INSERT INTO role_binding (id, account_id, group_id, role, object, created_us)"
                " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                "sssssl", binding->id, by_group ? NULL : binding->subject_id,
                by_group ? binding->subject_id : NULL, binding->role, binding->object, binding->created_us);
}

gboolean
role_binding_store_add(DbTransaction *transaction, const RoleBinding *binding, GError **error)
{
  gint64 added = insert(transaction, binding, error);
  if (added == 0)
    g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT,
                        "There is the same binding already; nothing is to be done.");
  return added == 1 &&
         (binding->kind == ENTITLEMENT_GROUP || mirror(transaction, binding->subject_id, error));
}

gboolean
role_binding_store_set_administrator(DbTransaction *transaction, const char *user_id, gboolean is_one,
                                     gint64 now_us, GError **error)
{
  g_autofree char *id = g_uuid_string_random();
  const RoleBinding binding = {.id = id,
                               .kind = ENTITLEMENT_USER,
                               .subject_id = (char *)user_id,
                               .role = (char *)ROLE_ADMINISTRATOR,
                               .object = (char *)"/",
                               .created_us = now_us};
  gint64 changed = is_one
                       ? insert(transaction, &binding, error)
                       : db_run(transaction, error,
                                "DELETE FROM role_binding WHERE account_id = ? AND role = ? AND object = '/'",
                                "ss", user_id, ROLE_ADMINISTRATOR);
  return changed >= 0 && mirror(transaction, user_id, error);
}

static gpointer
read_binding(DbQuery *query)
{
  RoleBinding *binding = g_new0(RoleBinding, 1);
  gboolean by_group = db_text(query, 1) == NULL;
  binding->id = g_strdup(db_text(query, 0));
  binding->kind = by_group ? ENTITLEMENT_GROUP : ENTITLEMENT_USER;
  binding->subject_id = g_strdup(db_text(query, by_group ? 2 : 1));
  binding->subject_name = g_strdup(db_text(query, 3));
  binding->role = g_strdup(db_text(query, 4));
  binding->object = g_strdup(db_text(query, 5));
  binding->created_us = db_int(query, 6);
  binding->object_name = g_strdup(db_text(query, 7));
  return binding;
}

RoleBinding *
role_binding_store_find(DbTransaction *transaction, const char *id, GError **error)
{
  return row_one(db_query(transaction, error, SELECT_BINDING " WHERE b.id = ?", "s", id), read_binding,
                 "such binding", error);
}

GPtrArray *
role_binding_store_all(DbTransaction *transaction, GError **error)
{
  return row_all(db_query(transaction, error, SELECT_BINDING " ORDER BY b.id LIMIT 10000", ""), read_binding,
                 (GDestroyNotify)role_binding_free, error);
}

gboolean
role_binding_store_remove(DbTransaction *transaction, const RoleBinding *binding, GError **error)
{
  return row_changed(db_run(transaction, error, "DELETE FROM role_binding WHERE id = ?", "s", binding->id),
                     "such binding", error) &&
         (binding->kind == ENTITLEMENT_GROUP || mirror(transaction, binding->subject_id, error));
}

gboolean
role_binding_store_remove_at(DbTransaction *transaction, const char *object, GError **error)
{
  return db_run(transaction, error, "DELETE FROM role_binding WHERE object = ?", "s", object) >= 0;
}

static PermissionSet
permissions_of(const char *role, const char *custom)
{
  const Role *fixed = role_fixed_find(role);
  if (fixed != NULL)
    return fixed->permissions;
  return custom != NULL ? permission_set_from_text(custom) : 0;
}

static Access *
read_held(DbQuery *rows, GError **error)
{
  g_autoptr(DbQuery) query = rows;
  g_autoptr(Access) access = access_new();
  gboolean row = query != NULL;
  while (row) {
    if (!db_next(query, &row, error))
      return NULL;
    if (row)
      access_add(access, db_text(query, 0), db_text(query, 1), db_text(query, 2), db_text(query, 3),
                 permissions_of(db_text(query, 1), db_text(query, 4)));
  }
  return query != NULL ? g_steal_pointer(&access) : NULL;
}

Access *
role_binding_store_of_user(DbTransaction *transaction, const char *user_id, GError **error)
{
  return read_held(db_query(transaction, error,
                            SELECT_HELD
                            " WHERE b.account_id = ?"
                            " OR b.group_id IN (SELECT group_id FROM membership WHERE account_id = ?)"
                            " ORDER BY b.object, b.role, b.id",
                            "ss", user_id, user_id),
                   error);
}

Access *
role_binding_store_of_group(DbTransaction *transaction, const char *group_id, GError **error)
{
  return read_held(db_query(transaction, error,
                            SELECT_HELD " WHERE b.group_id = ? ORDER BY b.object, b.role, b.id", "s",
                            group_id),
                   error);
}

gboolean
role_binding_store_count_administrators(DbTransaction *transaction, gint64 *ret_count, GError **error)
{
  return row_number(db_query(transaction, error,
                             "SELECT COUNT(*) FROM account a WHERE a.disabled = 0 AND " ADMINISTRATES("a.id"),
                             ""),
                    ret_count, error);
}
