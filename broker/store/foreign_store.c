/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/store/foreign_store.h"

#include "broker/store/row.h"

#define SELECT_FOREIGN "SELECT uuid, name, power, adoptable, reason FROM host_foreign WHERE host = ?"

static HostPower
power_from_name(const char *name)
{
  for (HostPower power = HOST_POWER_UP; power < HOST_POWER_FAILED; power++)
    if (g_strcmp0(name, host_power_name(power)) == 0)
      return power;
  return HOST_POWER_FAILED;
}

static gpointer
read_foreign(DbQuery *query)
{
  const HostForeign row = {.uuid = db_text(query, 0),
                           .name = db_text(query, 1),
                           .power = (int)power_from_name(db_text(query, 2)),
                           .adoptable = db_int(query, 3) != 0,
                           .reason = db_text(query, 4)};
  return foreign_new(&row);
}

gboolean
foreign_store_replace_of_host(DbTransaction *transaction, const char *host, const HostForeign *domains,
                              guint count, GError **error)
{
  if (db_run(transaction, error, "DELETE FROM host_foreign WHERE host = ?", "s", host) < 0)
    return FALSE;
  for (guint i = 0; i < count; i++) {
    const HostForeign *domain = &domains[i];
    if (db_run(transaction, error,
               "INSERT INTO host_foreign (host, uuid, name, power, adoptable, reason)"
               " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
               "ssssis", host, domain->uuid, domain->name, host_power_name((HostPower)domain->power),
               domain->adoptable ? 1 : 0, domain->reason != NULL ? domain->reason : "") < 0)
      return FALSE;
  }
  return TRUE;
}

GPtrArray *
foreign_store_of_host(DbTransaction *transaction, const char *host, GError **error)
{
  return row_all(db_query(transaction, error, SELECT_FOREIGN " ORDER BY name, uuid", "s", host), read_foreign,
                 (GDestroyNotify)foreign_free, error);
}

Foreign *
foreign_store_find(DbTransaction *transaction, const char *host, const char *domain, GError **error)
{
  return row_one(db_query(transaction, error, SELECT_FOREIGN " AND (name = ? OR uuid = ?) ORDER BY uuid",
                          "sss", host, domain, domain),
                 read_foreign, "such virtual machine on that host", error);
}
