/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/store/grant_key_store.h"

#include "broker/store/row.h"

#define SELECT_PUBLISHED                                                                                     \
  "SELECT id, broker, public_key, state, created_us, since_us, asked_us, '' FROM grant_key"
#define SELECT_GONE "SELECT id, broker, '', state, created_us, gone_us, 0, reason FROM grant_key_gone"

static gpointer
read_key(DbQuery *query)
{
  GrantKeyRow *row = g_new0(GrantKeyRow, 1);
  row->id = g_strdup(db_text(query, 0));
  row->broker = g_strdup(db_text(query, 1));
  row->public_key = g_strdup(db_text(query, 2));
  if (!grant_key_state_from_name(db_text(query, 3), &row->state))
    row->state = GRANT_KEY_REVOKED; /* a word of a later version: it counts for nothing here */
  row->created_us = db_int(query, 4);
  row->since_us = db_int(query, 5);
  row->asked_us = db_int(query, 6);
  row->reason = g_strdup(db_text(query, 7));
  return row;
}

static GPtrArray *
read_all(DbQuery *query, GError **error)
{
  return row_all(query, read_key, (GDestroyNotify)grant_key_row_free, error);
}

GPtrArray *
grant_key_store_all(DbTransaction *transaction, GError **error)
{
  return read_all(db_query(transaction, error, SELECT_PUBLISHED " ORDER BY broker, created_us, id", ""),
                  error);
}

GPtrArray *
grant_key_store_of_broker(DbTransaction *transaction, const char *name, GError **error)
{
  return read_all(
      db_query(transaction, error, SELECT_PUBLISHED " WHERE broker = ? ORDER BY created_us, id", "s", name),
      error);
}

GPtrArray *
grant_key_store_gone(DbTransaction *transaction, int limit, GError **error)
{
  return read_all(db_query(transaction, error, SELECT_GONE " ORDER BY gone_us DESC, id LIMIT ?", "i", limit),
                  error);
}

GrantKeyRow *
grant_key_store_find(DbTransaction *transaction, const char *id, GError **error)
{
  return row_one(db_query(transaction, error,
                          SELECT_GONE " WHERE id = ? UNION ALL " SELECT_PUBLISHED " WHERE id = ?", "ss", id,
                          id),
                 read_key, "such grant key", error);
}

gboolean
grant_key_store_count_gone(DbTransaction *transaction, const char *name, gint64 *ret_count, GError **error)
{
  return row_number(
      db_query(transaction, error, "SELECT COUNT(*) FROM grant_key_gone WHERE broker = ?", "s", name),
      ret_count, error);
}

gboolean
grant_key_store_add(DbTransaction *transaction, const GrantKeyRow *row, GError **error)
{
  return db_run(transaction, error,
                "INSERT INTO grant_key (id, broker, public_key, state, created_us, since_us, asked_us)"
                " VALUES (?, ?, ?, ?, ?, ?, 0)",
                "ssssll", row->id, row->broker, row->public_key, grant_key_state_name(row->state),
                row->created_us, row->since_us) == 1;
}

gboolean
grant_key_store_set_state(DbTransaction *transaction, const char *id, GrantKeyState state, gint64 now_us,
                          GError **error)
{
  return row_changed(db_run(transaction, error, "UPDATE grant_key SET state = ?, since_us = ? WHERE id = ?",
                            "sls", grant_key_state_name(state), now_us, id),
                     "such grant key", error);
}

gboolean
grant_key_store_ask(DbTransaction *transaction, const char *id, gint64 now_us, GError **error)
{
  return row_changed(
      db_run(transaction, error, "UPDATE grant_key SET asked_us = ? WHERE id = ?", "ls", now_us, id),
      "such grant key", error);
}

gboolean
grant_key_store_remove(DbTransaction *transaction, const GrantKeyRow *row, GrantKeyState state, gint64 now_us,
                       const char *reason, GError **error)
{
  return db_run(transaction, error, "DELETE FROM grant_key WHERE id = ?", "s", row->id) >= 0 &&
         db_run(transaction, error,
                "INSERT INTO grant_key_gone (id, broker, state, created_us, gone_us, reason)"
                " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET state = excluded.state,"
                " gone_us = excluded.gone_us, reason = excluded.reason",
                "ssslls", row->id, row->broker, grant_key_state_name(state), row->created_us, now_us,
                reason) == 1;
}
