/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/store/database.h"

#include "broker/store/audit_store.h"
#include "broker/store/schema.h"

static gboolean
record(Db *db, int from, GError **error)
{
  g_autoptr(DbTransaction) transaction = db_begin(db, DB_WRITE, error);
  if (transaction == NULL)
    return FALSE;
  g_autofree char *detail =
      g_strdup_printf("From schema %d to %d by version %s.", from, schema_number(), CARAWAY_VERSION);
  const AuditEntry entry = {.time_us = db_now_us(transaction),
                            .actor = (char *)"system",
                            .action = (char *)"database.migrate",
                            .object = (char *)"database/all",
                            .succeeded = TRUE,
                            .code = (char *)"",
                            .detail = detail,
                            .address = (char *)""};
  return audit_store_add(transaction, &entry, error) && db_commit(transaction, error);
}

gboolean
database_update(Db *db, int *ret_from, GError **error)
{
  int from;
  if (!schema_update(db, &from, error))
    return FALSE;
  if (ret_from != NULL)
    *ret_from = from;
  return from == 0 || from == schema_number() || record(db, from, error); /* 0: a new one */
}

Db *
database_open(const char *path, const char *writer, guint readers, const Clock *clock, GError **error)
{
  g_autoptr(Db) db = db_open(path, readers, clock, error);
  if (db == NULL)
    return NULL;
  db_set_writer(db, writer);
  return database_update(db, NULL, error) ? g_steal_pointer(&db) : NULL;
}
