/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/store/setting_store.h"

#include "broker/store/row.h"

char *
setting_store_get(DbTransaction *transaction, const char *name, GError **error)
{
  return row_one(db_query(transaction, error, "SELECT value FROM setting WHERE name = ?", "s", name),
                 row_text, "such setting", error);
}

gboolean
setting_store_set(DbTransaction *transaction, const char *name, const char *value, GError **error)
{
  return db_run(transaction, error,
                "INSERT INTO setting (name, value) VALUES (?, ?)"
                " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                "ss", name, value) == 1;
}
