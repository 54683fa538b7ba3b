/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/audit_log.h"

#include "broker/service/work.h"
#include "broker/store/audit_store.h"
#include "common/base/error.h"
#include "common/base/log.h"

GPtrArray *
audit_log_find(Services *services, const AuditFilter *filter, const Page *page, char **ret_next,
               GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_READ, error);
  return work != NULL ? audit_store_find(work->transaction, filter, page, ret_next, error) : NULL;
}

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

/* Those who guess passwords or codes are slowed down by what is counted of them, also by a broker that starts
 * anew and reads it here: each try is a row. */
static gboolean
is_always_written(const AuditEntry *entry)
{
  return g_str_equal(entry->action, "sign-in") &&
         (g_str_equal(entry->code, error_code_name(CARAWAY_ERROR_BAD_CREDENTIALS)) ||
          g_str_equal(entry->code, error_code_name(CARAWAY_ERROR_WRONG_CODE)));
}

static void
enter_refusal(Services *services, AuditEntry *entry)
{
  g_autoptr(GError) error = NULL;
  if (write_refusal(services, entry, &error))
    return;
  entry->time_us = clock_wall_us(&services->time);
  if (!database_watch_is_trouble(error) || !away_journal_add(services->journal, entry))
    log_error("The refusal of %s on %s (%s) was not written to the audit log: %s", entry->action,
              entry->object, entry->code, error->message);
}

void
audit_log_refusal(Services *services, const Caller *caller, const char *action, const char *object,
                  const char *address, const GError *refusal)
{
  audit_log_refusal_of(services, caller != NULL ? caller->user_name : "nobody", action, object, address,
                       refusal);
}

void
audit_log_refusal_of(Services *services, const char *actor, const char *action, const char *object,
                     const char *address, const GError *refusal)
{
  const char *code = database_watch_is_trouble(refusal) ? error_code_name(CARAWAY_ERROR_DATABASE_AWAY)
                                                        : error_stable_name(refusal);
  AuditEntry entry = {.actor = (char *)actor,
                      .action = (char *)action,
                      .object = (char *)object,
                      .code = (char *)code,
                      .detail = refusal->message,
                      .address = address != NULL ? (char *)address : (char *)""};
  if (is_always_written(&entry) ||
      refusal_window_admit(services->refusals, &entry, clock_boottime_us(services->clock)))
    enter_refusal(services, &entry);
}

void
audit_log_write_counted(Services *services, gboolean all)
{
  g_autoptr(GPtrArray) entries =
      refusal_window_take(services->refusals, all ? G_MAXINT64 : clock_boottime_us(services->clock));
  for (guint i = 0; i < entries->len; i++) {
    AuditEntry *entry = g_ptr_array_index(entries, i);
    char *last = entry->detail;
    entry->detail = g_strdup_printf("%" G_GINT64_FORMAT " more of these within a minute; the last one: %s",
                                    entry->count, last);
    g_free(last);
    enter_refusal(services, entry);
  }
}

gboolean
audit_log_event(Services *services, const char *action, const char *kind, const char *name,
                const char *detail, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  return work != NULL && work_audit(work, NULL, action, kind, name, detail, error) &&
         work_commit(work, error);
}
