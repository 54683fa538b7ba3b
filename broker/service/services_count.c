/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/services_private.h"
#include "broker/store/count_store.h"

gboolean
services_count(Services *services, ServicesCounts *ret_counts, GError **error)
{
  g_autoptr(DbTransaction) transaction = db_begin(services->db, DB_READ, error);
  CountRow row;
  if (transaction == NULL || !count_store_read(transaction, &row, error))
    return FALSE;
  *ret_counts = (ServicesCounts){
      .users = row.users,
      .pools = row.pools,
      .hosts_up = row.hosts_up,
      .sessions = row.sessions,
      .consoles = row.consoles,
      .desktops_spare = row.desktops.spare,
      .desktops_assigned = row.desktops.assigned,
      .desktops_starting = row.desktops.starting,
      .desktops_failed = row.desktops.failed,
      .commands_waiting = row.commands,
      .event_subscribers = session_hub_count(services->hub),
  };
  return TRUE;
}

gboolean
services_check(Services *services, GError **error)
{
  ServicesCounts counts;
  return services_count(services, &counts, error);
}
