/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/store/database.h"

#include "broker/store/schema.h"

Db *
database_open(const char *path, guint readers, const Clock *clock, GError **error)
{
  g_autoptr(Db) db = db_open(path, readers, clock, error);
  return db != NULL && schema_update(db, NULL, error) ? g_steal_pointer(&db) : NULL;
}
