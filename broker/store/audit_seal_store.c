/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/store/audit_seal_store.h"

#include "broker/store/row.h"
#include "common/base/error.h"

#define COLUMNS                                                                                              \
  "broker, number, generation, first_id, last_id, first_row, row_count, time_us, sealed_by, key_id,"         \
  " witnesses, previous, hash, signature, marks"

static gpointer
read_seal(DbQuery *query)
{
  AuditSeal *seal = g_new0(AuditSeal, 1);
  seal->broker = g_strdup(db_text(query, 0));
  seal->number = db_int(query, 1);
  seal->generation = db_int(query, 2);
  seal->first_id = db_int(query, 3);
  seal->last_id = db_int(query, 4);
  seal->first_row = db_int(query, 5);
  seal->row_count = db_int(query, 6);
  seal->time_us = db_int(query, 7);
  seal->sealed_by = g_strdup(db_text(query, 8));
  seal->key_id = g_strdup(db_text(query, 9));
  seal->witnesses = g_strdup(db_text(query, 10));
  seal->previous = g_strdup(db_text(query, 11));
  seal->hash = g_strdup(db_text(query, 12));
  seal->signature = g_strdup(db_text(query, 13));
  seal->marks = g_strdup(db_text(query, 14));
  return seal;
}

gboolean
audit_seal_store_add(DbTransaction *transaction, const AuditSeal *seal, GError **error)
{
  return db_run(transaction, error,
                "INSERT INTO audit_seal (" COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                "slllllllsssssss", seal->broker, seal->number, seal->generation, seal->first_id,
                seal->last_id, seal->first_row, seal->row_count, seal->time_us, seal->sealed_by, seal->key_id,
                seal->witnesses, seal->previous, seal->hash, seal->signature, seal->marks) == 1;
}

/* One row or none of @query (nullable: it failed), as what @read makes of it. */
static gboolean
read_one(DbQuery *query, RowReader read, gpointer *ret_value, GError **error)
{
  g_autoptr(DbQuery) rows = query;
  gboolean has_row;
  if (rows == NULL || !db_next(rows, &has_row, error))
    return FALSE;
  *ret_value = has_row ? read(rows) : NULL;
  return TRUE;
}

gboolean
audit_seal_store_newest(DbTransaction *transaction, const char *broker, AuditSeal **ret_seal, GError **error)
{
  return read_one(db_query(transaction, error,
                           "SELECT " COLUMNS " FROM audit_seal WHERE broker = ? ORDER BY number DESC LIMIT 1",
                           "s", broker),
                  read_seal, (gpointer *)ret_seal, error);
}

gboolean
audit_seal_store_find(DbTransaction *transaction, const char *broker, gint64 number, AuditSeal **ret_seal,
                      GError **error)
{
  return read_one(db_query(transaction, error,
                           "SELECT " COLUMNS " FROM audit_seal WHERE broker = ? AND number = ?", "sl", broker,
                           number),
                  read_seal, (gpointer *)ret_seal, error);
}

GPtrArray *
audit_seal_store_list(DbTransaction *transaction, const char *broker, gint64 number, guint limit,
                      GError **error)
{
  return row_all(db_query(transaction, error,
                          "SELECT " COLUMNS " FROM audit_seal WHERE broker = ? AND number > ?"
                          " ORDER BY number LIMIT ?",
                          "sli", broker, number, (int)limit),
                 read_seal, (GDestroyNotify)audit_seal_free, error);
}

gboolean
audit_seal_store_last_before(DbTransaction *transaction, const char *broker, gint64 time_us,
                             gint64 *ret_number, GError **error)
{
  return row_number(
      db_query(transaction, error,
               "SELECT COALESCE((SELECT number - 1 FROM audit_seal WHERE broker = ? AND time_us >= ?"
               " ORDER BY number LIMIT 1), (SELECT MAX(number) FROM audit_seal WHERE broker = ?), 0)",
               "sls", broker, time_us, broker),
      ret_number, error);
}

gboolean
audit_seal_store_next_broker(DbTransaction *transaction, const char *after, char **ret_broker, GError **error)
{
  return read_one(
      db_query(transaction, error, "SELECT MIN(broker) FROM audit_seal WHERE broker > ?", "s", after),
      row_text, (gpointer *)ret_broker, error);
}

gboolean
audit_seal_store_put_key(DbTransaction *transaction, const AuditKey *key, gint64 now_us, GError **error)
{
  return db_run(transaction, error,
                "INSERT INTO audit_key (id, broker, public_key, made_us) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (id) DO NOTHING",
                "sssl", key->id, key->broker, key->public_key, now_us) >= 0;
}

static gpointer
read_key(DbQuery *query)
{
  AuditKey *key = g_new0(AuditKey, 1);
  key->id = g_strdup(db_text(query, 0));
  key->broker = g_strdup(db_text(query, 1));
  key->public_key = g_strdup(db_text(query, 2));
  return key;
}

GPtrArray *
audit_seal_store_keys(DbTransaction *transaction, GError **error)
{
  return row_all(db_query(transaction, error, "SELECT id, broker, public_key FROM audit_key ORDER BY id", ""),
                 read_key, (GDestroyNotify)audit_key_free, error);
}

static gpointer
read_checkpoint(DbQuery *query)
{
  AuditCheckpoint *checkpoint = g_new0(AuditCheckpoint, 1);
  checkpoint->broker = g_strdup(db_text(query, 0));
  checkpoint->number = db_int(query, 1);
  checkpoint->last_id = db_int(query, 2);
  checkpoint->last_row = db_int(query, 3);
  checkpoint->hash = g_strdup(db_text(query, 4));
  checkpoint->time_us = db_int(query, 5);
  checkpoint->trimmed_by = g_strdup(db_text(query, 6));
  checkpoint->key_id = g_strdup(db_text(query, 7));
  checkpoint->signature = g_strdup(db_text(query, 8));
  return checkpoint;
}

gboolean
audit_seal_store_checkpoint(DbTransaction *transaction, const char *broker, AuditCheckpoint **ret_checkpoint,
                            GError **error)
{
  return read_one(db_query(transaction, error,
                           "SELECT broker, number, last_id, last_row, hash, time_us, trimmed_by, key_id,"
                           " signature FROM audit_checkpoint WHERE broker = ?",
                           "s", broker),
                  read_checkpoint, (gpointer *)ret_checkpoint, error);
}

gboolean
audit_seal_store_trim(DbTransaction *transaction, const AuditCheckpoint *checkpoint, GError **error)
{
  return db_run(transaction, error,
                "INSERT INTO audit_checkpoint (broker, number, last_id, last_row, hash, time_us, trimmed_by,"
                " key_id, signature) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (broker) DO UPDATE SET number = excluded.number, last_id = excluded.last_id,"
                " last_row = excluded.last_row, hash = excluded.hash, time_us = excluded.time_us,"
                " trimmed_by = excluded.trimmed_by, key_id = excluded.key_id, signature = "
                "excluded.signature",
                "slllslsss", checkpoint->broker, checkpoint->number, checkpoint->last_id,
                checkpoint->last_row, checkpoint->hash, checkpoint->time_us, checkpoint->trimmed_by,
                checkpoint->key_id, checkpoint->signature) == 1 &&
         db_run(transaction, error, "DELETE FROM audit WHERE broker = ? AND id <= ?", "sl",
                checkpoint->broker, checkpoint->last_id) >= 0 &&
         db_run(transaction, error, "DELETE FROM audit_seal WHERE broker = ? AND number <= ?", "sl",
                checkpoint->broker, checkpoint->number) >= 0;
}
