/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/away/database_return.h"
#include "broker/service/work.h"
#include "broker/store/count_store.h"

gboolean
services_count(Services *services, ServicesCounts *ret_counts, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_READ, error);
  CountRow row;
  if (work == NULL || !count_store_read(work->transaction, &row, error))
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

/* Reading is not enough: who cannot write can sign nobody in. */
gboolean
services_check(Services *services, GError **error)
{
  ServicesCounts counts;
  return database_watch_check(services->watch, DB_WRITE, error) && services_count(services, &counts, error);
}

GError *
services_refusal(Services *services, GError *error)
{
  if (!database_watch_is_trouble(error))
    return error;
  g_autoptr(GError) trouble = error;
  database_return_note(services, DB_WRITE, trouble);
  return database_watch_refusal(trouble);
}

gboolean
services_change_stamp(Services *services, guint *ret_stamp)
{
  if (db_engine(services->db) != DB_SQLITE || !database_watch_check(services->watch, DB_WRITE, NULL))
    return FALSE;
  *ret_stamp = db_change_stamp(services->db);
  return TRUE;
}

char *
services_degraded(Services *services)
{
  return database_watch_sentence(services->watch);
}

void
services_health(Services *services, ServicesHealth *ret_health)
{
  DatabaseCondition condition = database_watch_condition(services->watch, clock_boottime_us(services->clock));
  *ret_health = (ServicesHealth){
      .can_read = condition.can_read,
      .can_write = condition.can_write,
      .away_us = condition.away_us,
      .outages = condition.outages,
      .known_sessions = known_sessions_count(services->known_sessions),
      .known_sign_ins = known_sign_ins_count(services->known_sign_ins),
      .journal_entries = away_journal_count(services->journal),
  };
}
