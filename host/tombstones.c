/* SPDX-License-Identifier: Apache-2.0 */
#include "host/tombstones.h"

#define MAX_TOMBSTONES 4096

struct Tombstones {
  GHashTable *by_id; /* id -> DesktopRecord, which owns the id */
  GQueue *ids;       /* oldest first; borrowed from the table */
};

Tombstones *
tombstones_new(void)
{
  Tombstones *tombstones = g_new0(Tombstones, 1);
  tombstones->by_id =
      g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)desktop_record_free);
  tombstones->ids = g_queue_new();
  return tombstones;
}

void
tombstones_add(Tombstones *tombstones, const DesktopRecord *record)
{
  DesktopRecord *copy = desktop_record_copy(record);
  GList *older = g_queue_find_custom(tombstones->ids, copy->id, (GCompareFunc)g_strcmp0);
  if (older != NULL)
    g_queue_delete_link(tombstones->ids, older);
  g_hash_table_replace(tombstones->by_id, copy->id, copy);
  g_queue_push_tail(tombstones->ids, copy->id);
  if (g_queue_get_length(tombstones->ids) > MAX_TOMBSTONES)
    g_hash_table_remove(tombstones->by_id, g_queue_pop_head(tombstones->ids));
}

const DesktopRecord *
tombstones_find(const Tombstones *tombstones, const char *id)
{
  return g_hash_table_lookup(tombstones->by_id, id);
}

void
tombstones_free(Tombstones *tombstones)
{
  if (tombstones == NULL)
    return;
  g_queue_free(tombstones->ids);
  g_hash_table_unref(tombstones->by_id);
  g_free(tombstones);
}
