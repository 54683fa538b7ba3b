/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/audit_command.h"

#include "broker/database_commands.h"
#include "broker/service/audit/audit_check.h"
#include "common/base/error.h"

static void
print_part(const AuditReport *report)
{
  for (guint i = 0; i < report->chains->len; i++) {
    const AuditChainReport *chain = g_ptr_array_index(report->chains, i);
    g_print("%s: %" G_GINT64_FORMAT " rows in %" G_GINT64_FORMAT " seals, up to seal %" G_GINT64_FORMAT
            "; %" G_GINT64_FORMAT " rows without a seal.\n",
            chain->broker, chain->progress.rows, chain->progress.seals, chain->progress.number,
            chain->progress.unsealed);
  }
}

static gboolean
check_broken(const AuditBreak *broken, GError **error)
{
  if (broken->reason == NULL)
    return TRUE;
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT,
              "The audit log is broken in the chain of %s, seal %" G_GINT64_FORMAT ", row %" G_GINT64_FORMAT
              ": %s",
              broken->broker, broken->seal, broken->row_id, broken->reason);
  return FALSE;
}

gboolean
audit_command_verify(const Config *config, GError **error)
{
  g_autofree char *address = database_commands_address(config, error);
  if (address == NULL)
    return FALSE;
  g_autoptr(Db) db = db_open_to_read(address, clock_system(), error);
  g_autoptr(DbTransaction) transaction = db != NULL ? db_begin(db, DB_READ, error) : NULL;
  g_autofree char *cursor = NULL;
  if (transaction == NULL || !db_be_patient(transaction, error))
    return FALSE;
  do {
    g_autoptr(AuditReport) report = audit_check_run(transaction, cursor, error);
    if (report == NULL)
      return FALSE;
    print_part(report);
    if (!check_broken(&report->broken, error))
      return FALSE;
    g_free(cursor);
    cursor = g_steal_pointer(&report->next);
  } while (cursor != NULL);
  g_print("The audit log is unbroken.\n");
  return TRUE;
}
