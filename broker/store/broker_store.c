/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/store/broker_store.h"

#include "broker/store/row.h"

#define SELECT_BROKER                                                                                        \
  "SELECT b.name, b.instance, b.address, b.version, b.beat,"                                                 \
  " (SELECT COUNT(*) FROM host h WHERE h.link_broker = b.instance AND h.state = 'up'),"                      \
  " b.started_us, b.seen_us, b.stopped FROM broker b"

static gpointer
read_broker(DbQuery *query)
{
  BrokerRow *row = g_new0(BrokerRow, 1);
  row->name = g_strdup(db_text(query, 0));
  row->instance = g_strdup(db_text(query, 1));
  row->address = g_strdup(db_text(query, 2));
  row->version = g_strdup(db_text(query, 3));
  row->beat = db_int(query, 4);
  row->links = db_int(query, 5);
  row->started_us = db_int(query, 6);
  row->seen_us = db_int(query, 7);
  row->stopped = db_int(query, 8) != 0;
  return row;
}

gboolean
broker_store_put(DbTransaction *transaction, const BrokerRow *row, GError **error)
{
  return db_run(transaction, error,
                "INSERT INTO broker (name, instance, address, version, beat, started_us, seen_us, stopped)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (name) DO UPDATE SET instance = excluded.instance, address = excluded.address,"
                " version = excluded.version, beat = excluded.beat,"
                " started_us = excluded.started_us, seen_us = excluded.seen_us, stopped = excluded.stopped",
                "ssssllli", row->name, row->instance, row->address, row->version, row->beat, row->started_us,
                row->seen_us, (int)row->stopped) == 1;
}

gboolean
broker_store_beat(DbTransaction *transaction, const char *instance, gint64 now_us, gboolean *ret_known,
                  GError **error)
{
  gint64 changed =
      db_run(transaction, error, "UPDATE broker SET beat = beat + 1, seen_us = ? WHERE instance = ?", "ls",
             now_us, instance);
  if (changed < 0)
    return FALSE;
  *ret_known = changed > 0;
  return TRUE;
}

BrokerRow *
broker_store_find(DbTransaction *transaction, const char *name, GError **error)
{
  return row_one(db_query(transaction, error, SELECT_BROKER " WHERE b.name = ?", "s", name), read_broker,
                 "such broker", error);
}

GPtrArray *
broker_store_all(DbTransaction *transaction, GError **error)
{
  return row_all(db_query(transaction, error, SELECT_BROKER " ORDER BY b.name", ""), read_broker,
                 (GDestroyNotify)broker_row_free, error);
}

gboolean
broker_store_set_address(DbTransaction *transaction, const char *instance, const char *address,
                         GError **error)
{
  return row_changed(
      db_run(transaction, error, "UPDATE broker SET address = ? WHERE instance = ?", "ss", address, instance),
      "such broker", error);
}

gboolean
broker_store_set_stopped(DbTransaction *transaction, const char *instance, gint64 now_us, GError **error)
{
  return db_run(transaction, error, "UPDATE broker SET stopped = 1, seen_us = ? WHERE instance = ?", "ls",
                now_us, instance) >= 0;
}

gboolean
broker_store_remove(DbTransaction *transaction, const char *name, GError **error)
{
  return row_changed(db_run(transaction, error, "DELETE FROM broker WHERE name = ?", "s", name),
                     "such broker", error);
}

char *
broker_store_holder(DbTransaction *transaction, const char *lease, GError **error)
{
  return row_one(db_query(transaction, error,
                          "SELECT holder FROM lease WHERE name = ? AND holder IS NOT NULL", "s", lease),
                 row_text, "holder of this lease", error);
}

gboolean
broker_store_set_holder(DbTransaction *transaction, const char *lease, const char *instance, GError **error)
{
  return db_run(transaction, error,
                "INSERT INTO lease (name, holder) VALUES (?, ?)"
                " ON CONFLICT (name) DO UPDATE SET holder = excluded.holder",
                "ss", lease, instance) == 1;
}

static gpointer
read_key(DbQuery *query)
{
  return broker_key_new(db_text(query, 0), db_text(query, 1));
}

GPtrArray *
broker_store_keys(DbTransaction *transaction, GError **error)
{
  return row_all(db_query(transaction, error, "SELECT id, public_key FROM grant_key ORDER BY id", ""),
                 read_key, (GDestroyNotify)broker_key_free, error);
}

static gpointer
read_revoked(DbQuery *query)
{
  return broker_key_new(db_text(query, 0), NULL);
}

GPtrArray *
broker_store_revoked_keys(DbTransaction *transaction, int limit, GError **error)
{
  return row_all(
      db_query(transaction, error,
               "SELECT id FROM grant_key_gone WHERE state = 'revoked' ORDER BY gone_us DESC, id LIMIT ?", "i",
               limit),
      read_revoked, (GDestroyNotify)broker_key_free, error);
}
