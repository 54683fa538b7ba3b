/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/store/creation_store.h"

#include "broker/store/row.h"

gboolean
creation_store_add(DbTransaction *transaction, const char *key_hash, const char *body_hash,
                   const char *object, gint64 now_us, GError **error)
{
  return db_run(transaction, error,
                "INSERT INTO creation_key (key_hash, body_hash, object, answer, created_us)"
                " VALUES (?, ?, ?, '', ?)",
                "sssl", key_hash, body_hash, object, now_us) == 1;
}

static gpointer
read_creation(DbQuery *query)
{
  CreationRow *row = g_new0(CreationRow, 1);
  row->body_hash = g_strdup(db_text(query, 0));
  row->object = g_strdup(db_text(query, 1));
  row->answer = g_strdup(db_text(query, 2));
  return row;
}

CreationRow *
creation_store_find(DbTransaction *transaction, const char *key_hash, GError **error)
{
  return row_one(db_query(transaction, error,
                          "SELECT body_hash, object, answer FROM creation_key WHERE key_hash = ?", "s",
                          key_hash),
                 read_creation, "such key", error);
}

gboolean
creation_store_set_answer(DbTransaction *transaction, const char *key_hash, const char *answer,
                          GError **error)
{
  return db_run(transaction, error, "UPDATE creation_key SET answer = ? WHERE key_hash = ?", "ss", answer,
                key_hash) >= 0;
}

gboolean
creation_store_remove_old(DbTransaction *transaction, gint64 before_us, int limit, GError **error)
{
  return db_run(transaction, error, "DELETE FROM creation_key WHERE created_us < ?", "l", before_us) >= 0 &&
         db_run(transaction, error,
                "DELETE FROM creation_key WHERE created_us <= (SELECT created_us FROM creation_key"
                " ORDER BY created_us DESC LIMIT 1 OFFSET ?)",
                "i", limit) >= 0;
}

void
creation_row_free(CreationRow *row)
{
  if (row == NULL)
    return;
  g_free(row->body_hash);
  g_free(row->object);
  g_free(row->answer);
  g_free(row);
}
