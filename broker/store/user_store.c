/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/store/user_store.h"

#include "broker/store/administrates.h"
#include "broker/store/factor_demand.h"
#include "broker/store/row.h"
#include "common/base/error.h"

#define COLUMNS                                                                                              \
  "a.id, a.name, a.full_name, a.administrator, a.disabled, a.password_change_required, a.created_us, "       \
  "a.version, a.source, "                                                                                    \
  "(SELECT COUNT(*) FROM second_factor f WHERE f.account_id = a.id AND f.sealed <> ''), "                    \
  "CASE WHEN " FACTOR_DEMAND("a.id") " THEN 1 ELSE 0 END, "                                                  \
                                     "CASE WHEN " ADMINISTRATES("a.id") " THEN 1 ELSE 0 END"

static gpointer
read_user(DbQuery *query)
{
  User *user = g_new0(User, 1);
  user->id = g_strdup(db_text(query, 0));
  user->name = g_strdup(db_text(query, 1));
  user->full_name = g_strdup(db_text(query, 2));
  user->administrator = db_int(query, 3) != 0;
  user->disabled = db_int(query, 4) != 0;
  user->password_change_required = db_int(query, 5) != 0;
  user->created_us = db_int(query, 6);
  user->version = db_int(query, 7);
  user->source = g_strdup(db_text(query, 8));
  user->second_factor = db_int(query, 9) > 0;
  user->second_factor_required = db_int(query, 10) > 0;
  user->administrates = db_int(query, 11) > 0;
  return user;
}

static gboolean
read_groups(DbTransaction *transaction, User *user, GError **error)
{
  user->groups =
      row_texts(db_query(transaction, error,
                         "SELECT g.name FROM membership m JOIN account_group g ON g.id = m.group_id"
                         " WHERE m.account_id = ? ORDER BY g.name",
                         "s", user->id),
                error);
  return user->groups != NULL;
}

gboolean
user_store_add(DbTransaction *transaction, const User *user, const char *password_hash, GError **error)
{
  gint64 added = db_run(transaction, error,
                        "INSERT INTO account (id, name, full_name, password_hash, administrator, disabled,"
                        " password_change_required, created_us, version) VALUES (?, ?, ?, ?, 0, ?, ?, ?, 1)"
                        " ON CONFLICT (name) DO NOTHING",
                        "ssssiil", user->id, user->name, user->full_name, password_hash, user->disabled,
                        user->password_change_required, user->created_us);
  if (added == 0)
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT,
                "There is a user \"%s\" already; choose another name.", user->name);
  return added == 1;
}

User *
user_store_find(DbTransaction *transaction, const char *key, GError **error)
{
  g_autoptr(User) user =
      row_one(db_query(transaction, error, "SELECT " COLUMNS " FROM account a WHERE a.id = ? OR a.name = ?",
                       "ss", key, key),
              read_user, "such user", error);
  if (user == NULL || !read_groups(transaction, user, error))
    return NULL;
  return g_steal_pointer(&user);
}

gboolean
user_store_has_name(DbTransaction *transaction, const char *name, gboolean *ret_has, GError **error)
{
  gint64 count;
  if (!row_number(db_query(transaction, error, "SELECT COUNT(*) FROM account WHERE name = ?", "s", name),
                  &count, error))
    return FALSE;
  *ret_has = count > 0;
  return TRUE;
}

static char *
user_key(gpointer user)
{
  return g_strdup(((User *)user)->name);
}

GPtrArray *
user_store_list(DbTransaction *transaction, const Page *page, char **ret_next, GError **error)
{
  const char *within = row_within(page);
  g_autoptr(GPtrArray) users = row_page(
      row_all(db_query(transaction, error,
                       "SELECT " COLUMNS " FROM account a WHERE a.name > ? AND (? = '' OR EXISTS"
                       " (SELECT 1 FROM membership m WHERE m.account_id = a.id AND (? = '" PAGE_ANY_GROUP
                       "' OR " ROW_WITHIN("m.group_id") "))) ORDER BY a.name LIMIT ?",
                       "ssssssi", page->cursor != NULL ? page->cursor : "", within, within, within, within,
                       within, row_limit(page)),
              read_user, (GDestroyNotify)user_free, error),
      page, user_key, ret_next);
  for (guint i = 0; users != NULL && i < users->len; i++)
    if (!read_groups(transaction, g_ptr_array_index(users, i), error))
      return NULL;
  return g_steal_pointer(&users);
}

gboolean
user_store_update(DbTransaction *transaction, const User *user, GError **error)
{
  return row_changed(db_run(transaction, error,
                            "UPDATE account SET full_name = ?, disabled = ?, password_change_required = ?,"
                            " version = version + 1 WHERE id = ?",
                            "siis", user->full_name, user->disabled, user->password_change_required,
                            user->id),
                     "such user", error);
}

char *
user_store_password_hash(DbTransaction *transaction, const char *id, GError **error)
{
  return row_one(db_query(transaction, error, "SELECT password_hash FROM account WHERE id = ?", "s", id),
                 row_text, "such user", error);
}

gboolean
user_store_set_password(DbTransaction *transaction, const char *id, const char *password_hash,
                        gboolean change_required, GError **error)
{
  return row_changed(db_run(transaction, error,
                            "UPDATE account SET password_hash = ?, password_change_required = ?,"
                            " version = version + 1 WHERE id = ?",
                            "sis", password_hash, change_required, id),
                     "such user", error);
}

gboolean
user_store_replace_password(DbTransaction *transaction, const char *id, const char *before, const char *after,
                            gboolean *ret_replaced, GError **error)
{
  gint64 changed = db_run(transaction, error,
                          "UPDATE account SET password_hash = ?, password_change_required = 0,"
                          " version = version + 1 WHERE id = ? AND password_hash = ?",
                          "sss", after, id, before);
  *ret_replaced = changed == 1;
  return changed >= 0;
}

gboolean
user_store_remove(DbTransaction *transaction, const char *id, GError **error)
{
  return row_changed(db_run(transaction, error, "DELETE FROM account WHERE id = ?", "s", id), "such user",
                     error);
}
