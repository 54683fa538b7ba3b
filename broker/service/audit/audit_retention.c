/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/audit/audit_retention.h"

#include "broker/service/housekeeping.h"
#include "broker/service/work.h"
#include "broker/store/audit_seal_store.h"

#define ROWS_AT_ONCE  2000
#define SEALS_AT_ONCE 200

/* The last seal of a step: old enough, and not too many rows at once. NULL in @ret_seal: nothing to do. The
 * times of seals need not rise: one that is not old enough keeps all that came after it, too. */
static gboolean
find_end(DbTransaction *transaction, const char *broker, gint64 before_us, AuditSeal **ret_seal,
         gint64 *ret_rows, GError **error)
{
  gint64 rows = 0;
  *ret_seal = NULL;
  g_autoptr(GPtrArray) seals = audit_seal_store_list(transaction, broker, 0, SEALS_AT_ONCE, error);
  if (seals == NULL)
    return FALSE;
  guint count = 0;
  while (count < seals->len && ((AuditSeal *)g_ptr_array_index(seals, count))->time_us < before_us &&
         (rows == 0 || rows < ROWS_AT_ONCE))
    rows += ((AuditSeal *)g_ptr_array_index(seals, count++))->row_count;
  if (count > 0)
    *ret_seal = g_ptr_array_steal_index(seals, count - 1);
  *ret_rows = rows;
  return TRUE;
}

static AuditCheckpoint *
make_checkpoint(Services *services, const AuditSeal *seal, gint64 now_us)
{
  AuditCheckpoint *checkpoint = g_new0(AuditCheckpoint, 1);
  *checkpoint = (AuditCheckpoint){.broker = g_strdup(seal->broker),
                                  .number = seal->number,
                                  .last_id = seal->last_id,
                                  .last_row = seal->first_row + seal->row_count - 1,
                                  .hash = g_strdup(seal->hash),
                                  .time_us = now_us,
                                  .trimmed_by = g_strdup(cluster_name(services->cluster)),
                                  .key_id = g_strdup(grant_key_id(services->audit_key))};
  audit_checkpoint_sign(checkpoint, services->audit_key);
  return checkpoint;
}

/* One step of one chain; what is removed is itself recorded. */
static gboolean
trim_step(Services *services, const char *broker, gboolean *ret_more, GError **error)
{
  g_autoptr(Work) work = work_begin_as_keeper(services, error);
  g_autoptr(AuditSeal) seal = NULL;
  gint64 rows;
  if (work == NULL)
    return FALSE;
  gint64 before_us = work->now_us - services->audit_keep_us - housekeeping_clock_forward_us(services);
  if (!find_end(work->transaction, broker, before_us, &seal, &rows, error))
    return FALSE;
  *ret_more = seal != NULL;
  if (seal == NULL)
    return TRUE;
  g_autoptr(AuditCheckpoint) checkpoint = make_checkpoint(services, seal, work->now_us);
  g_autofree char *detail =
      g_strdup_printf("%" G_GINT64_FORMAT " rows up to seal %" G_GINT64_FORMAT " were older than is kept.",
                      rows, seal->number);
  return audit_seal_store_trim(work->transaction, checkpoint, error) &&
         work_audit(work, NULL, "audit.trim", "audit", broker, detail, error) && work_commit(work, error);
}

static gboolean
next_broker(Services *services, char **name, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_READ, error);
  char *next;
  if (work == NULL || !audit_seal_store_next_broker(work->transaction, *name, &next, error))
    return FALSE;
  g_free(*name);
  *name = next;
  return TRUE;
}

gboolean
audit_retention_run(Services *services, GError **error)
{
  if (services->audit_key == NULL || services->audit_keep_us == 0)
    return TRUE;
  g_autofree char *name = g_strdup("");
  for (;;) {
    if (!next_broker(services, &name, error))
      return FALSE;
    gboolean more = name != NULL;
    if (!more)
      return TRUE;
    while (more)
      if (!trim_step(services, name, &more, error))
        return FALSE;
  }
}
