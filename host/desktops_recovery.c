/* SPDX-License-Identifier: Apache-2.0 */
/* The first look, and how each desktop goes on from what it found. */
#include "common/base/error.h"
#include "common/base/log.h"
#include "host/desktops_parts.h"

#define RETRY_MS 5000

static const char lost_machine[] = "Its virtual machine ended while the host's agent was stopped.";

/* One that was to switch off has done what was asked. */
static void
note_lost(RecoveredDesktop *found)
{
  gboolean was_asked = found->record->wish != DESKTOP_WISH_NONE;
  const char *code = was_asked ? NULL : error_code_name(CARAWAY_ERROR_HYPERVISOR);
  const char *detail = was_asked ? NULL : lost_machine;
  if (found->action == RECONCILE_FAIL)
    desktop_record_set_stage(found->record, was_asked ? DESKTOP_STAGE_OFF : DESKTOP_STAGE_FAILED, code,
                             detail);
  else if (found->action == RECONCILE_OFF)
    desktop_record_set_stage(found->record, DESKTOP_STAGE_OFF, code, detail);
}

/* Whether it is off and was to come back; what is taken over is still asked. */
static gboolean
forget_wish(RecoveredDesktop *found)
{
  if (found->action == RECONCILE_TAKE_OVER)
    return FALSE;
  gboolean comes_back = found->record->wish == DESKTOP_WISH_OFF_THEN_ON;
  found->record->wish = DESKTOP_WISH_NONE;
  return comes_back && found->record->stage == DESKTOP_STAGE_OFF;
}

static void
recover_one(Desktops *desktops, RecoveredDesktop *found)
{
  if (found->record->stage == DESKTOP_STAGE_DESTROYED) {
    tombstones_add(desktops->tombstones, found->record);
    return;
  }
  if (found->reason != NULL)
    log_write(LOG_LEVEL_WARNING, LOG_FIELDS(.desktop = found->record->id), "desktop %s: %s",
              found->record->name, found->reason);
  note_lost(found);
  gboolean comes_back = forget_wish(found);
  Desktop *desktop = desktop_new(&desktops->owner, g_steal_pointer(&found->record));
  g_hash_table_insert(desktops->by_id, g_strdup(desktop_record(desktop)->id), desktop);
  switch (found->action) {
  case RECONCILE_TAKE_OVER:
    desktop_take_over(desktop);
    break;
  case RECONCILE_CREATE_AGAIN:
    desktop_push(desktop, DESKTOP_JOB_CREATE_AGAIN, NULL, NULL);
    break;
  case RECONCILE_DESTROY:
    desktop_push(desktop, DESKTOP_JOB_DESTROY, NULL, NULL);
    break;
  case RECONCILE_FAIL:
  case RECONCILE_OFF:
    desktop_push(desktop, DESKTOP_JOB_SAVE, NULL, NULL);
    if (comes_back)
      desktop_start(desktop, NULL, NULL);
    break;
  default:
    break;
  }
}

static void
on_recovery_run(gpointer data)
{
  Desktops *desktops = data;
  desktops->recovery =
      recovery_run(desktops->owner.context, desktops->installation, &desktops->recovery_error);
}

static gboolean
on_retry(gpointer data)
{
  Desktops *desktops = data;
  desktops->retry_source = 0;
  desktops_recover(desktops);
  return G_SOURCE_REMOVE;
}

static void
on_recovery_done(gpointer data)
{
  Desktops *desktops = data;
  if (desktops->recovery == NULL) {
    log_error("looking at the virtual machines: %s; trying again", desktops->recovery_error->message);
    g_clear_error(&desktops->recovery_error);
    desktops->retry_source = g_timeout_add(RETRY_MS, on_retry, desktops);
    return;
  }
  for (guint i = 0; i < desktops->recovery->desktops->len; i++)
    recover_one(desktops, desktops->recovery->desktops->pdata[i]);
  desktops_start_ticking(desktops);
  desktops->listener->recovered(desktops->user_data);
}

void
desktops_recover(Desktops *desktops)
{
  workers_push(desktops->owner.workers, on_recovery_run, on_recovery_done, desktops);
}
