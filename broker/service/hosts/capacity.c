/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/hosts/capacity.h"

#include "broker/service/desktops/desktop_maker.h"
#include "broker/service/pools/pool_schedule.h"
#include "broker/store/capacity_store.h"
#include "broker/store/host_store.h"
#include "broker/store/image_store.h"

Capacity *
capacity_read(Work *work, GError **error)
{
  g_autoptr(Capacity) capacity = g_new0(Capacity, 1);
  capacity->hosts = host_store_all(work->transaction, error);
  if (capacity->hosts == NULL)
    return NULL;
  capacity->loads = capacity_store_loads(work->transaction, error);
  return capacity->loads != NULL ? g_steal_pointer(&capacity) : NULL;
}

gboolean
capacity_sizing(Work *work, const Pool *pool, PoolSizingFacts *ret_facts, GError **error)
{
  g_autofree char *shape = desktop_maker_shape(pool);
  CapacityPool counts;
  if (!capacity_store_pool(work->transaction, pool->id, shape, &counts, error))
    return FALSE;
  g_auto(ScheduleSpan) wanted = pool_schedule_at(pool, work->now_us);
  *ret_facts = (PoolSizingFacts){.size = wanted.size,
                                 .size_min = pool->size_min,
                                 .spares = wanted.spares,
                                 .assigned = counts.assigned,
                                 .spare = counts.spare,
                                 .starting = counts.starting,
                                 .outdated = counts.outdated,
                                 .leaving = counts.leaving,
                                 .deleting = pool->deleting,
                                 .manual = pool->kind == POOL_MANUAL};
  return TRUE;
}

static GHashTable *
copies_by_host(const GPtrArray *copies)
{
  GHashTable *by_host = g_hash_table_new(g_str_hash, g_str_equal);
  for (guint i = 0; i < copies->len; i++) {
    ImageCopy *copy = g_ptr_array_index(copies, i);
    g_hash_table_insert(by_host, copy->host, copy);
  }
  return by_host;
}

static PlacementImage
image_on(GHashTable *copies, const char *host)
{
  const ImageCopy *copy = g_hash_table_lookup(copies, host);
  if (copy == NULL)
    return PLACEMENT_IMAGE_ABSENT;
  return copy->damaged ? PLACEMENT_IMAGE_DAMAGED : PLACEMENT_IMAGE_PRESENT;
}

static PlacementHost
placement_host(const Capacity *capacity, const Host *host, GHashTable *copies)
{
  PlacementHost placed = {.name = host->name,
                          .state = host->state,
                          .duty = host->duty,
                          .image = image_on(copies, host->name),
                          .capacity = host->capacity};
  const CapacityLoad *load = g_hash_table_lookup(capacity->loads, host->name);
  if (load == NULL)
    return placed;
  placed.vcpus_used = load->vcpus;
  placed.promised_mib = load->unseen_mib + (guint64)load->unseen * PLACEMENT_MEMORY_OVERHEAD_MIB;
  return placed;
}

gboolean
capacity_place(const Capacity *capacity, Work *work, const Pool *pool, Placement *ret_placement,
               GError **error)
{
  g_autoptr(GPtrArray) copies = image_store_copies(work->transaction, pool->image, error);
  if (copies == NULL)
    return FALSE;
  g_autoptr(GHashTable) by_host = copies_by_host(copies);
  g_autofree PlacementHost *hosts = g_new0(PlacementHost, capacity->hosts->len + 1);
  for (guint i = 0; i < capacity->hosts->len; i++)
    hosts[i] = placement_host(capacity, g_ptr_array_index(capacity->hosts, i), by_host);
  PlacementNeed need = {.image = pool->image,
                        .vcpus = pool->vcpus,
                        .memory_mib = pool->memory_mib,
                        .pool = pool->name,
                        .hosts = (const char *const *)pool->hosts,
                        .placement = pool->placement};
  *ret_placement = placement_choose(hosts, capacity->hosts->len, &need);
  return TRUE;
}

void
capacity_promise(Capacity *capacity, const char *host, const Pool *pool)
{
  CapacityLoad *load = g_hash_table_lookup(capacity->loads, host);
  if (load == NULL) {
    load = g_new0(CapacityLoad, 1);
    g_hash_table_insert(capacity->loads, g_strdup(host), load);
  }
  load->vcpus += pool->vcpus;
  load->unseen++;
  load->unseen_mib += pool->memory_mib;
}

void
capacity_free(Capacity *capacity)
{
  if (capacity == NULL)
    return;
  g_clear_pointer(&capacity->hosts, g_ptr_array_unref);
  g_clear_pointer(&capacity->loads, g_hash_table_unref);
  g_free(capacity);
}
