/* SPDX-License-Identifier: Apache-2.0 */
#include "host/removal.h"

#include "common/base/log.h"
#include "host/record_files.h"

/* The ids of all that is ours: by domain, by record, by overlay. */
static GHashTable *
collect_ids(const JobContext *context, const char *installation, GError **error)
{
  g_autoptr(GPtrArray) domains = hypervisor_list(context->hypervisor, error);
  if (domains == NULL)
    return NULL;
  GHashTable *ids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < domains->len; i++) {
    const HypervisorDomain *domain = domains->pdata[i];
    if (g_strcmp0(domain->installation, installation) == 0)
      g_hash_table_add(ids, g_strdup(domain->id));
  }
  g_autoptr(GPtrArray) records = record_files_load(context->settings);
  for (guint i = 0; i < records->len; i++)
    g_hash_table_add(ids, g_strdup(((const DesktopRecord *)records->pdata[i])->id));
  g_auto(GStrv) overlays = record_files_overlay_ids(context->settings);
  for (guint i = 0; overlays[i] != NULL; i++)
    g_hash_table_add(ids, g_strdup(overlays[i]));
  return ids;
}

gboolean
removal_run(const JobContext *context, const char *installation, guint *ret_count, GError **error)
{
  g_autoptr(GHashTable) ids = collect_ids(context, installation, error);
  if (ids == NULL)
    return FALSE;
  g_autoptr(GError) first = NULL;
  guint count = 0;
  GHashTableIter iter;
  gpointer id;
  g_hash_table_iter_init(&iter, ids);
  while (g_hash_table_iter_next(&iter, &id, NULL)) {
    g_autoptr(GError) local = NULL;
    if (desktop_job_remove_stray(context, id, &local)) {
      record_files_remove(context->settings, id);
      count++;
      continue;
    }
    log_write(LOG_LEVEL_ERROR, LOG_FIELDS(.desktop = id), "%s", local->message);
    if (first == NULL)
      first = g_steal_pointer(&local);
  }
  *ret_count = count;
  if (first == NULL)
    return TRUE;
  g_propagate_error(error, g_steal_pointer(&first));
  return FALSE;
}
