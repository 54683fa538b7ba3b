/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/audit/audit_verification.h"

#include "broker/service/audit/audit_check.h"
#include "broker/service/work.h"

AuditReport *
audit_verification_run(Services *services, const char *cursor, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_READ, error);
  return work != NULL ? audit_check_run(work->transaction, cursor, error) : NULL;
}

void
audit_report_free(AuditReport *report)
{
  if (report == NULL)
    return;
  g_clear_pointer(&report->chains, g_ptr_array_unref);
  g_clear_pointer(&report->keys, g_ptr_array_unref);
  g_free(report->broken.broker);
  g_free(report->broken.reason);
  g_free(report->next);
  g_free(report);
}

void
audit_chain_report_free(AuditChainReport *chain)
{
  if (chain == NULL)
    return;
  g_free(chain->broker);
  g_free(chain->hash);
  g_free(chain);
}
