/* SPDX-License-Identifier: Apache-2.0 */
#include "host/plan/reconcile.h"

/* The running domain of @record: by our metadata, or of an adopted one by its id alone. */
static gboolean
runs(const ReconcileDomain *domains, guint count, const DesktopRecord *record)
{
  for (guint i = 0; i < count; i++)
    if (domains[i].is_running && g_str_equal(domains[i].id, record->id) &&
        (record->kind == HOST_KIND_ADOPTED || g_strcmp0(domains[i].installation, record->installation) == 0))
      return TRUE;
  return FALSE;
}

static gboolean
has_domain(const ReconcileDomain *domains, guint count, const char *installation, const char *id)
{
  for (guint i = 0; i < count; i++)
    if (g_str_equal(domains[i].id, id) && g_strcmp0(domains[i].installation, installation) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
has_record(const DesktopRecord *const *records, guint count, const char *id)
{
  for (guint i = 0; i < count; i++)
    if (g_str_equal(records[i]->id, id))
      return TRUE;
  return FALSE;
}

/* stage x domain there or not -> action; the one place where a crash is understood. */
static const ReconcileStep floating_rules[][2] = {
    [DESKTOP_STAGE_CREATING] = {{RECONCILE_CREATE_AGAIN, NULL, "the host stopped while making it"},
                                {RECONCILE_TAKE_OVER, NULL, "it was started before the host stopped"}},
    [DESKTOP_STAGE_RUNNING] = {{RECONCILE_FAIL, NULL, "its virtual machine ended while the host was stopped"},
                               {RECONCILE_TAKE_OVER, NULL, NULL}},
    [DESKTOP_STAGE_OFF] = {{RECONCILE_KEEP, NULL, NULL},
                           {RECONCILE_TAKE_OVER, NULL, "it was started again before the host stopped"}},
    [DESKTOP_STAGE_FAILED] = {{RECONCILE_KEEP, NULL, NULL},
                              {RECONCILE_DESTROY, NULL, "it had failed, yet its virtual machine is there"}},
    [DESKTOP_STAGE_DESTROYING] = {{RECONCILE_DESTROY, NULL, "the host stopped while removing it"},
                                  {RECONCILE_DESTROY, NULL, "the host stopped while removing it"}},
};

/* One that is kept is never given up for a fault: at worst it is off. */
static const ReconcileStep dedicated_rules[][2] = {
    [DESKTOP_STAGE_CREATING] = {{RECONCILE_CREATE_AGAIN, NULL, "the host stopped while making it"},
                                {RECONCILE_TAKE_OVER, NULL, "it was started before the host stopped"}},
    [DESKTOP_STAGE_RUNNING] = {{RECONCILE_OFF, NULL, "its virtual machine ended while the host was stopped"},
                               {RECONCILE_TAKE_OVER, NULL, NULL}},
    [DESKTOP_STAGE_OFF] = {{RECONCILE_KEEP, NULL, NULL},
                           {RECONCILE_TAKE_OVER, NULL, "it was started again before the host stopped"}},
    [DESKTOP_STAGE_FAILED] = {{RECONCILE_KEEP, NULL, NULL},
                              {RECONCILE_TAKE_OVER, NULL, "it had failed, yet its virtual machine is there"}},
    [DESKTOP_STAGE_DESTROYING] = {{RECONCILE_DESTROY, NULL, "the host stopped while removing it"},
                                  {RECONCILE_DESTROY, NULL, "the host stopped while removing it"}},
};

/* Its machine is somebody else's: it is as it is found. */
static const ReconcileStep adopted_rules[][2] = {
    [DESKTOP_STAGE_CREATING] = {{RECONCILE_OFF, NULL, "the host stopped while adopting it"},
                                {RECONCILE_TAKE_OVER, NULL, "the host stopped while adopting it"}},
    [DESKTOP_STAGE_RUNNING] = {{RECONCILE_OFF, NULL, "its virtual machine ended while the host was stopped"},
                               {RECONCILE_TAKE_OVER, NULL, NULL}},
    [DESKTOP_STAGE_OFF] = {{RECONCILE_KEEP, NULL, NULL},
                           {RECONCILE_TAKE_OVER, NULL, "it was started while the host was stopped"}},
    [DESKTOP_STAGE_FAILED] = {{RECONCILE_KEEP, NULL, NULL},
                              {RECONCILE_TAKE_OVER, NULL, "it was started while the host was stopped"}},
    [DESKTOP_STAGE_DESTROYING] = {{RECONCILE_FORGET, NULL, "the host stopped while releasing it"},
                                  {RECONCILE_FORGET, NULL, "the host stopped while releasing it"}},
};

static const ReconcileStep (*const rules_of[])[2] = {
    [HOST_KIND_FLOATING] = floating_rules,
    [HOST_KIND_DEDICATED] = dedicated_rules,
    [HOST_KIND_ADOPTED] = adopted_rules,
};

static void
add_step(GArray *steps, ReconcileAction action, const char *id, const char *reason)
{
  ReconcileStep step = {action, id, reason};
  g_array_append_val(steps, step);
}

static void
add_records(GArray *steps, const DesktopRecord *const *records, guint record_count,
            const ReconcileDomain *domains, guint domain_count)
{
  for (guint i = 0; i < record_count; i++) {
    if ((guint)records[i]->stage >= G_N_ELEMENTS(floating_rules))
      continue;
    gboolean exists = runs(domains, domain_count, records[i]);
    const ReconcileStep *rule = &rules_of[records[i]->kind][records[i]->stage][exists ? 1 : 0];
    add_step(steps, rule->action, records[i]->id, rule->reason);
  }
}

GArray *
reconcile_start(const char *installation, const DesktopRecord *const *records, guint record_count,
                const ReconcileDomain *domains, guint domain_count, const ReconcileFiles *files)
{
  GArray *steps = g_array_new(FALSE, FALSE, sizeof(ReconcileStep));
  add_records(steps, records, record_count, domains, domain_count);
  for (guint i = 0; files->unreadable[i] != NULL; i++)
    add_step(steps, RECONCILE_SHOW, files->unreadable[i], "Its record cannot be read; the log says why.");
  for (guint i = 0; files->kept[i] != NULL; i++)
    if (!has_record(records, record_count, files->kept[i]) &&
        !g_strv_contains(files->unreadable, files->kept[i]))
      add_step(steps, RECONCILE_SHOW, files->kept[i],
               "Nothing remembers this dedicated desktop; its disks are kept.");
  for (guint i = 0; i < domain_count; i++)
    if (g_strcmp0(domains[i].installation, installation) == 0 &&
        !has_record(records, record_count, domains[i].id) && !g_strv_contains(files->kept, domains[i].id) &&
        !g_strv_contains(files->unreadable, domains[i].id))
      add_step(steps, RECONCILE_DESTROY_DOMAIN, domains[i].id, "nothing remembers this virtual machine");
  for (guint i = 0; files->overlays[i] != NULL; i++)
    if (!has_record(records, record_count, files->overlays[i]) &&
        !has_domain(domains, domain_count, installation, files->overlays[i]) &&
        !g_strv_contains(files->unreadable, files->overlays[i]))
      add_step(steps, RECONCILE_REMOVE_FILES, files->overlays[i], "nothing remembers these files");
  return steps;
}

ReconcileWelcome
reconcile_welcome(const DesktopRecord *record, gboolean is_wanted)
{
  if (record->stage == DESKTOP_STAGE_DESTROYED || record->stage == DESKTOP_STAGE_DESTROYING)
    return RECONCILE_LEAVE;
  if (is_wanted)
    return record->is_quarantined ? RECONCILE_BRING_BACK : RECONCILE_LEAVE;
  if (record->kind == HOST_KIND_ADOPTED)
    return RECONCILE_RELEASE;
  if (record->kind == HOST_KIND_FLOATING)
    return RECONCILE_REMOVE;
  /* Of one that never came to be there is nothing to keep. */
  if (record->stage == DESKTOP_STAGE_CREATING || record->stage == DESKTOP_STAGE_FAILED)
    return RECONCILE_REMOVE;
  return record->is_quarantined ? RECONCILE_LEAVE : RECONCILE_QUARANTINE;
}
