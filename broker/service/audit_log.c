/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/audit_log.h"

#include "broker/service/work.h"
#include "broker/store/audit_store.h"
#include "common/base/error.h"
#include "common/base/log.h"

GPtrArray *
audit_log_list(Services *services, const Page *page, char **ret_next, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_READ, error);
  return work != NULL ? audit_store_list(work->transaction, page, ret_next, error) : NULL;
}

static gboolean
write_refusal(Services *services, AuditEntry *entry, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  if (work == NULL)
    return FALSE;
  entry->time_us = work->now_us;
  return audit_store_add(work->transaction, entry, error) && work_commit(work, error);
}

void
audit_log_refusal(Services *services, const Caller *caller, const char *action, const char *object,
                  const char *address, const GError *refusal)
{
  const char *code = database_watch_is_trouble(refusal) ? error_code_name(CARAWAY_ERROR_DATABASE_AWAY)
                                                        : error_stable_name(refusal);
  AuditEntry entry = {.actor = caller != NULL ? caller->user_name : (char *)"nobody",
                      .action = (char *)action,
                      .object = (char *)object,
                      .code = (char *)code,
                      .detail = refusal->message,
                      .address = address != NULL ? (char *)address : (char *)""};
  g_autoptr(GError) error = NULL;
  if (write_refusal(services, &entry, &error))
    return;
  entry.time_us = clock_wall_us(&services->time);
  if (!database_watch_is_trouble(error) || !away_journal_add(services->journal, &entry))
    log_error("The refusal of %s on %s (%s) was not written to the audit log: %s", action, object, entry.code,
              error->message);
}
