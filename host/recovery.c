/* SPDX-License-Identifier: Apache-2.0 */
#include "host/recovery.h"

#include "common/base/log.h"
#include "host/record_files.h"

static void
recovered_free(gpointer data)
{
  RecoveredDesktop *desktop = data;
  desktop_record_free(desktop->record);
  g_free(desktop);
}

static DesktopRecord *
take_record(GPtrArray *records, const char *id)
{
  for (guint i = 0; i < records->len; i++) {
    const DesktopRecord *record = records->pdata[i];
    if (g_str_equal(record->id, id))
      return g_ptr_array_steal_index(records, i);
  }
  return NULL;
}

static void
add_desktop(Recovery *recovery, DesktopRecord *record, ReconcileAction action, const char *reason)
{
  RecoveredDesktop *desktop = g_new0(RecoveredDesktop, 1);
  desktop->record = record;
  desktop->action = action;
  desktop->reason = reason;
  g_ptr_array_add(recovery->desktops, desktop);
}

static void
remove_stray(const JobContext *context, const ReconcileStep *step)
{
  g_autoptr(GError) error = NULL;
  log_write(LOG_LEVEL_WARNING, LOG_FIELDS(.desktop = step->id), "removing: %s", step->reason);
  if (!desktop_job_remove_stray(context, step->id, &error))
    log_write(LOG_LEVEL_ERROR, LOG_FIELDS(.desktop = step->id), "not removed: %s", error->message);
}

static void
take_step(const JobContext *context, Recovery *recovery, GPtrArray *records, const ReconcileStep *step)
{
  switch (step->action) {
  case RECONCILE_FORGET:
    record_files_remove(context->settings, step->id);
    desktop_record_free(take_record(records, step->id));
    break;
  case RECONCILE_SHOW:
    log_write(LOG_LEVEL_WARNING, LOG_FIELDS(.desktop = step->id), "left alone: %s", step->reason);
    g_ptr_array_add(recovery->quarantined, g_strdup(step->id));
    g_ptr_array_add(recovery->reasons, g_strdup(step->reason));
    break;
  case RECONCILE_DESTROY_DOMAIN:
  case RECONCILE_REMOVE_FILES:
    remove_stray(context, step);
    break;
  default:
    add_desktop(recovery, take_record(records, step->id), step->action, step->reason);
    break;
  }
}

static Recovery *
recovery_new(void)
{
  Recovery *recovery = g_new0(Recovery, 1);
  recovery->desktops = g_ptr_array_new_with_free_func(recovered_free);
  recovery->quarantined = g_ptr_array_new_with_free_func(g_free);
  recovery->reasons = g_ptr_array_new_with_free_func(g_free);
  return recovery;
}

static ReconcileDomain *
domain_values(const GPtrArray *domains)
{
  ReconcileDomain *values = g_new0(ReconcileDomain, domains->len + 1);
  for (guint i = 0; i < domains->len; i++) {
    const HypervisorDomain *domain = domains->pdata[i];
    values[i] = (ReconcileDomain){domain->id, domain->name, domain->installation, domain->is_running};
  }
  return values;
}

typedef struct {
  GPtrArray *domains, *records;
  GStrv overlays, kept, unreadable;
} Found;

static void
found_clear(Found *found)
{
  g_ptr_array_unref(found->domains);
  g_ptr_array_unref(found->records);
  g_strfreev(found->overlays);
  g_strfreev(found->kept);
  g_strfreev(found->unreadable);
}

/* Only when all is understood: an image under a disk is needed as long as the disk is. */
static void
remove_unused_bases(const JobContext *context, const Recovery *recovery, const GPtrArray *records)
{
  if (recovery->quarantined->len == 0)
    record_files_remove_unused_bases(context->settings, records);
}

static Recovery *
recover(const JobContext *context, const char *installation, const Found *found)
{
  const ReconcileFiles files = {(const char *const *)found->overlays, (const char *const *)found->kept,
                                (const char *const *)found->unreadable};
  g_autofree ReconcileDomain *values = domain_values(found->domains);
  /* The steps borrow ids from the records, so those are kept whole until the end. */
  g_autoptr(GPtrArray) whole =
      g_ptr_array_copy(found->records, (GCopyFunc)(void (*)(void))desktop_record_copy, NULL);
  g_ptr_array_set_free_func(whole, (GDestroyNotify)desktop_record_free);
  g_autoptr(GArray) steps = reconcile_start(installation, (const DesktopRecord *const *)whole->pdata,
                                            whole->len, values, found->domains->len, &files);
  Recovery *recovery = recovery_new();
  for (guint i = 0; i < steps->len; i++)
    take_step(context, recovery, found->records, &g_array_index(steps, ReconcileStep, i));
  for (guint i = 0; i < found->records->len; i++) /* what no step named: those that were destroyed */
    add_desktop(recovery, desktop_record_copy(found->records->pdata[i]), RECONCILE_KEEP, NULL);
  remove_unused_bases(context, recovery, whole);
  return recovery;
}

Recovery *
recovery_run(const JobContext *context, const char *installation, GError **error)
{
  Found found = {.domains = hypervisor_list(context->hypervisor, error)};
  if (found.domains == NULL)
    return NULL;
  found.records = record_files_load(context->settings, &found.unreadable);
  found.overlays = record_files_disk_ids(context->settings, FALSE);
  found.kept = record_files_disk_ids(context->settings, TRUE);
  Recovery *recovery = recover(context, installation, &found);
  found_clear(&found);
  return recovery;
}

void
recovery_free(Recovery *recovery)
{
  if (recovery == NULL)
    return;
  g_ptr_array_unref(recovery->desktops);
  g_ptr_array_unref(recovery->quarantined);
  g_ptr_array_unref(recovery->reasons);
  g_free(recovery);
}
