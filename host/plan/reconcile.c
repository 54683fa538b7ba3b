/* SPDX-License-Identifier: Apache-2.0 */
#include "host/plan/reconcile.h"

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
static const ReconcileStep by_stage[][2] = {
    [DESKTOP_STAGE_CREATING] = {{RECONCILE_CREATE_AGAIN, NULL, "the host stopped while making it"},
                                {RECONCILE_ADOPT, NULL, "it was started before the host stopped"}},
    [DESKTOP_STAGE_RUNNING] = {{RECONCILE_FAIL, NULL, "its virtual machine ended while the host was stopped"},
                               {RECONCILE_ADOPT, NULL, NULL}},
    [DESKTOP_STAGE_OFF] = {{RECONCILE_KEEP, NULL, NULL},
                           {RECONCILE_ADOPT, NULL, "it was started again before the host stopped"}},
    [DESKTOP_STAGE_FAILED] = {{RECONCILE_KEEP, NULL, NULL},
                              {RECONCILE_DESTROY, NULL, "it had failed, yet its virtual machine is there"}},
    [DESKTOP_STAGE_DESTROYING] = {{RECONCILE_DESTROY, NULL, "the host stopped while removing it"},
                                  {RECONCILE_DESTROY, NULL, "the host stopped while removing it"}},
};

static void
add_step(GArray *steps, ReconcileAction action, const char *id, const char *reason)
{
  ReconcileStep step = {action, id, reason};
  g_array_append_val(steps, step);
}

GArray *
reconcile_start(const char *installation, const DesktopRecord *const *records, guint record_count,
                const ReconcileDomain *domains, guint domain_count, const char *const *overlay_ids)
{
  GArray *steps = g_array_new(FALSE, FALSE, sizeof(ReconcileStep));
  for (guint i = 0; i < record_count; i++) {
    if ((guint)records[i]->stage >= G_N_ELEMENTS(by_stage))
      continue;
    gboolean exists = has_domain(domains, domain_count, installation, records[i]->id);
    const ReconcileStep *rule = &by_stage[records[i]->stage][exists ? 1 : 0];
    add_step(steps, rule->action, records[i]->id, rule->reason);
  }
  for (guint i = 0; i < domain_count; i++) {
    if (g_strcmp0(domains[i].installation, installation) != 0)
      add_step(steps, RECONCILE_SHOW, domains[i].name,
               domains[i].installation == NULL ? "It was not made by Caraway."
                                               : "It belongs to another installation.");
    else if (!has_record(records, record_count, domains[i].id))
      add_step(steps, RECONCILE_DESTROY_DOMAIN, domains[i].id, "nothing remembers this virtual machine");
  }
  for (guint i = 0; overlay_ids[i] != NULL; i++)
    if (!has_record(records, record_count, overlay_ids[i]) &&
        !has_domain(domains, domain_count, installation, overlay_ids[i]))
      add_step(steps, RECONCILE_REMOVE_FILES, overlay_ids[i], "nothing remembers these files");
  return steps;
}

GPtrArray *
reconcile_orphans(const DesktopRecord *const *records, guint record_count, const HostDesktopRef *wanted,
                  guint wanted_count)
{
  g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);
  for (guint i = 0; i < wanted_count; i++)
    g_hash_table_add(names, (gpointer)wanted[i].id);
  GPtrArray *orphans = g_ptr_array_new();
  for (guint i = 0; i < record_count; i++)
    if (records[i]->stage != DESKTOP_STAGE_DESTROYED && !g_hash_table_contains(names, records[i]->id))
      g_ptr_array_add(orphans, records[i]->id);
  return orphans;
}
