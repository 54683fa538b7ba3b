/* SPDX-License-Identifier: Apache-2.0 */
#include "host/removal.h"

#include "common/base/log.h"
#include "host/record_files.h"

static gboolean
add_domains(const JobContext *context, const char *installation, GHashTable *ids, GError **error)
{
  g_autoptr(GPtrArray) domains = hypervisor_list(context->hypervisor, error);
  if (domains == NULL)
    return FALSE;
  for (guint i = 0; i < domains->len; i++) {
    const HypervisorDomain *domain = domains->pdata[i];
    if (g_strcmp0(domain->installation, installation) == 0)
      g_hash_table_add(ids, g_strdup(domain->id));
  }
  return TRUE;
}

/* The ids of what is ours and has no record: by domain, by disk. */
static GHashTable *
collect_strays(const JobContext *context, const char *installation, const GPtrArray *records, GError **error)
{
  g_autoptr(GHashTable) ids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  if (!add_domains(context, installation, ids, error))
    return NULL;
  g_auto(GStrv) overlays = record_files_disk_ids(context->settings, FALSE);
  for (guint i = 0; overlays[i] != NULL; i++)
    g_hash_table_add(ids, g_strdup(overlays[i]));
  for (guint i = 0; i < records->len; i++)
    g_hash_table_remove(ids, ((const DesktopRecord *)records->pdata[i])->id);
  return g_steal_pointer(&ids);
}

typedef struct {
  const JobContext *context;
  guint count;
  GError *first; /* of the failures */
} Removal;

static void
note(Removal *removal, const char *id, gboolean was_removed, GError *error)
{
  if (was_removed) {
    record_files_remove(removal->context->settings, id);
    removal->count++;
    return;
  }
  log_write(LOG_LEVEL_ERROR, LOG_FIELDS(.desktop = id), "%s", error->message);
  if (removal->first == NULL)
    removal->first = error;
  else
    g_error_free(error);
}

/* Disks that are kept although nothing remembers them go only here, where everything is to go. */
static void
remove_kept(Removal *removal)
{
  g_auto(GStrv) kept = record_files_disk_ids(removal->context->settings, TRUE);
  for (guint i = 0; kept[i] != NULL; i++) {
    const DesktopRecord record = {.id = kept[i], .kind = HOST_KIND_DEDICATED};
    GError *local = NULL;
    gboolean was_removed = desktop_job_remove(removal->context, &record, &local);
    note(removal, kept[i], was_removed, local);
  }
  g_autoptr(GPtrArray) none = g_ptr_array_new();
  record_files_remove_unused_bases(removal->context->settings, none);
}

gboolean
removal_run(const JobContext *context, const char *installation, guint *ret_count, GError **error)
{
  Removal removal = {.context = context};
  g_autoptr(GPtrArray) records = record_files_load(context->settings, NULL);
  g_autoptr(GHashTable) strays = collect_strays(context, installation, records, error);
  if (strays == NULL)
    return FALSE;
  for (guint i = 0; i < records->len; i++) {
    const DesktopRecord *record = records->pdata[i];
    GError *local = NULL;
    gboolean was_removed = desktop_job_remove(context, record, &local);
    note(&removal, record->id, was_removed, local);
  }
  remove_kept(&removal);
  GHashTableIter iter;
  gpointer id;
  g_hash_table_iter_init(&iter, strays);
  while (g_hash_table_iter_next(&iter, &id, NULL)) {
    GError *local = NULL;
    gboolean was_removed = desktop_job_remove_stray(context, id, &local);
    note(&removal, id, was_removed, local);
  }
  *ret_count = removal.count;
  if (removal.first == NULL)
    return TRUE;
  g_propagate_error(error, removal.first);
  return FALSE;
}
