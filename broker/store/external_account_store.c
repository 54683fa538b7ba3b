/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/store/external_account_store.h"

#include "broker/store/row.h"
#include "common/base/error.h"

#define COLUMNS   "a.id, a.name, a.external_id, a.disabled, a.disabled_by"
#define DIRECTORY "directory" /* in disabled_by */

static gpointer
read_row(DbQuery *query)
{
  ExternalAccountRow *row = g_new0(ExternalAccountRow, 1);
  row->id = g_strdup(db_text(query, 0));
  row->name = g_strdup(db_text(query, 1));
  row->external_id = g_strdup(db_text(query, 2));
  row->disabled = db_int(query, 3) != 0;
  row->closed = g_strcmp0(db_text(query, 4), DIRECTORY) == 0;
  return row;
}

gboolean
external_account_store_find(DbTransaction *transaction, const char *source, const char *external_id,
                            ExternalAccountRow **ret_row, GError **error)
{
  g_autoptr(GPtrArray) rows =
      row_all(db_query(transaction, error,
                       "SELECT " COLUMNS
                       " FROM account a WHERE a.source = ? AND a.external_id = ? AND a.source <> 'local'",
                       "ss", source, external_id),
              read_row, (GDestroyNotify)external_account_row_free, error);
  if (rows == NULL)
    return FALSE;
  *ret_row = rows->len > 0 ? g_ptr_array_steal_index(rows, 0) : NULL;
  return TRUE;
}

gboolean
external_account_store_add(DbTransaction *transaction, const User *user, const char *external_id,
                           GError **error)
{
  gint64 added =
      db_run(transaction, error,
             "INSERT INTO account (id, name, full_name, password_hash, administrator, disabled,"
             " password_change_required, created_us, version, source, external_id)"
             " VALUES (?, ?, ?, '', 0, 0, 0, ?, 1, ?, ?) ON CONFLICT (name) DO NOTHING",
             "ssslss", user->id, user->name, user->full_name, user->created_us, user->source, external_id);
  if (added == 0)
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT, "There is a user \"%s\" already.", user->name);
  return added == 1;
}

gboolean
external_account_store_rename(DbTransaction *transaction, const char *id, const char *name,
                              const char *full_name, GError **error)
{
  return row_changed(db_run(transaction, error,
                            "UPDATE account SET name = ?, full_name = ?, version = version + 1 WHERE id = ?",
                            "sss", name, full_name, id),
                     "such user", error);
}

gboolean
external_account_store_close(DbTransaction *transaction, const char *id, GError **error)
{
  return db_run(transaction, error,
                "UPDATE account SET disabled = 1, disabled_by = '" DIRECTORY "', version = version + 1"
                " WHERE id = ? AND disabled = 0",
                "s", id) >= 0;
}

gboolean
external_account_store_reopen(DbTransaction *transaction, const char *id, GError **error)
{
  return db_run(transaction, error,
                "UPDATE account SET disabled = 0, disabled_by = '', version = version + 1"
                " WHERE id = ? AND disabled_by = '" DIRECTORY "'",
                "s", id) >= 0;
}

gboolean
external_account_store_decide(DbTransaction *transaction, const char *id, GError **error)
{
  return db_run(transaction, error, "UPDATE account SET disabled_by = '' WHERE id = ?", "s", id) >= 0;
}

GPtrArray *
external_account_store_present(DbTransaction *transaction, const char *source, const char *after, int limit,
                               GError **error)
{
  return row_all(
      db_query(transaction, error,
               "SELECT " COLUMNS " FROM account a WHERE a.source = ? AND a.id > ? AND a.disabled = 0"
               " AND (EXISTS (SELECT 1 FROM sign_in i WHERE i.account_id = a.id)"
               "  OR EXISTS (SELECT 1 FROM access_token t WHERE t.account_id = a.id)"
               "  OR EXISTS (SELECT 1 FROM session s WHERE s.account_id = a.id AND s.state <> 'ended'))"
               " ORDER BY a.id LIMIT ?",
               "ssi", source, after, limit),
      read_row, (GDestroyNotify)external_account_row_free, error);
}

static gpointer
read_group(DbQuery *query)
{
  LinkedGroup *group = g_new0(LinkedGroup, 1);
  group->id = g_strdup(db_text(query, 0));
  group->name = g_strdup(db_text(query, 1));
  group->external_name = g_strdup(db_text(query, 2));
  group->has_member = db_int(query, 3) != 0;
  return group;
}

GPtrArray *
external_account_store_groups(DbTransaction *transaction, const char *authenticator, const char *user_id,
                              GError **error)
{
  return row_all(db_query(transaction, error,
                          "SELECT g.id, g.name, g.external_name,"
                          " (SELECT COUNT(*) FROM membership m WHERE m.group_id = g.id AND m.account_id = ?)"
                          " FROM account_group g WHERE g.authenticator = ? ORDER BY g.name",
                          "ss", user_id, authenticator),
                 read_group, (GDestroyNotify)linked_group_free, error);
}

void
external_account_row_free(ExternalAccountRow *row)
{
  if (row == NULL)
    return;
  g_free(row->id);
  g_free(row->name);
  g_free(row->external_id);
  g_free(row);
}

void
linked_group_free(LinkedGroup *group)
{
  if (group == NULL)
    return;
  g_free(group->id);
  g_free(group->name);
  g_free(group->external_name);
  g_free(group);
}
