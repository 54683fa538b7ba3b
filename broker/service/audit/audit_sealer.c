/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/audit/audit_sealer.h"

#include "broker/service/audit/audit_retention.h"
#include "broker/service/audit/audit_sealing.h"
#include "broker/service/audit_log.h"
#include "broker/service/services_private.h"
#include "common/base/error.h"
#include "common/base/log.h"

#define GATHER_US    (SECOND_US / 4) /* commits come in crowds: one seal for all of them */
#define LOOK_US      (5 * SECOND_US) /* for what a broker that is gone left */
#define RETENTION_US (60 * 60 * SECOND_US)
#define HEAD_US      (15 * 60 * SECOND_US)

struct AuditSealer {
  Services *services;
  GThread *thread;
  gint woken; /* atomic */
  GMutex mutex;
  GCond wake;
  gboolean stopping;
  gboolean was_told; /* of a failure */
  gint64 trimmed_us, logged_us;
};

AuditSealer *
audit_sealer_new(Services *services)
{
  AuditSealer *sealer = g_new0(AuditSealer, 1);
  sealer->services = services;
  g_mutex_init(&sealer->mutex);
  g_cond_init(&sealer->wake);
  return sealer;
}

void
audit_sealer_wake(AuditSealer *sealer)
{
  if (!g_atomic_int_compare_and_exchange(&sealer->woken, 0, 1))
    return;
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&sealer->mutex);
  g_cond_signal(&sealer->wake);
}

/* Only what goes wrong anew is told; the database's own troubles are told elsewhere. */
static void
tell(AuditSealer *sealer, const GError *error)
{
  if (!sealer->was_told && !database_watch_is_trouble(error) &&
      !g_error_matches(error, CARAWAY_ERROR, CARAWAY_ERROR_STALE_EPOCH))
    log_write(LOG_LEVEL_ERROR, LOG_FIELDS(.code = error_stable_name(error)),
              "The audit log is not sealed at the moment: %s", error->message);
  sealer->was_told = TRUE;
}

static gboolean
is_due(gint64 *then_us, gint64 interval_us)
{
  gint64 now_us = g_get_monotonic_time();
  if (*then_us != 0 && now_us - *then_us < interval_us)
    return FALSE;
  *then_us = now_us;
  return TRUE;
}

static void
take_turn(AuditSealer *sealer)
{
  g_autoptr(GError) error = NULL;
  gboolean more = TRUE;
  g_atomic_int_set(&sealer->woken, 0);
  audit_log_write_counted(sealer->services, sealer->stopping);
  while (more)
    if (!audit_sealing_run(sealer->services, &more, &error)) {
      tell(sealer, error);
      return;
    }
  sealer->was_told = FALSE;
  if (is_due(&sealer->logged_us, HEAD_US))
    audit_sealing_log_head(sealer->services);
  if (cluster_is_keeper(sealer->services->cluster) && is_due(&sealer->trimmed_us, RETENTION_US) &&
      !audit_retention_run(sealer->services, &error))
    tell(sealer, error);
}

/* FALSE: it ends. */
static gboolean
wait_for_commit(AuditSealer *sealer)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&sealer->mutex);
  gint64 began_us = g_get_monotonic_time();
  while (!sealer->stopping && g_atomic_int_get(&sealer->woken) == 0)
    if (!g_cond_wait_until(&sealer->wake, &sealer->mutex, began_us + LOOK_US))
      break;
  gint64 until_us = g_get_monotonic_time() + GATHER_US;
  while (!sealer->stopping)
    if (!g_cond_wait_until(&sealer->wake, &sealer->mutex, until_us))
      break;
  return !sealer->stopping;
}

static gpointer
run(gpointer data)
{
  do
    take_turn(data);
  while (wait_for_commit(data));
  take_turn(data);
  return NULL;
}

void
audit_sealer_start(AuditSealer *sealer)
{
  sealer->thread = g_thread_new("audit", run, sealer);
}

void
audit_sealer_stop(AuditSealer *sealer)
{
  g_mutex_lock(&sealer->mutex);
  sealer->stopping = TRUE;
  g_cond_signal(&sealer->wake);
  g_mutex_unlock(&sealer->mutex);
  g_clear_pointer(&sealer->thread, g_thread_join);
}

void
audit_sealer_free(AuditSealer *sealer)
{
  if (sealer == NULL)
    return;
  audit_sealer_stop(sealer);
  g_mutex_clear(&sealer->mutex);
  g_cond_clear(&sealer->wake);
  g_free(sealer);
}
