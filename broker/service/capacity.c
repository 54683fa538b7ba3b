/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/capacity.h"

#include "broker/service/lifecycle.h"
#include "broker/store/desktop_store.h"
#include "broker/store/host_store.h"
#include "broker/store/image_store.h"

Capacity *
capacity_read(Work *work, GError **error)
{
  g_autoptr(Capacity) capacity = g_new0(Capacity, 1);
  capacity->hosts = host_store_all(work->transaction, error);
  if (capacity->hosts == NULL)
    return NULL;
  capacity->desktops = desktop_store_all(work->transaction, error);
  return capacity->desktops != NULL ? g_steal_pointer(&capacity) : NULL;
}

GPtrArray *
capacity_hosts_up(const GPtrArray *hosts)
{
  GPtrArray *names = g_ptr_array_new();
  for (guint i = 0; i < hosts->len; i++) {
    const Host *host = g_ptr_array_index(hosts, i);
    if (host->state == HOST_UP)
      g_ptr_array_add(names, host->name);
  }
  return names;
}

const Host *
capacity_host(const Capacity *capacity, const char *name)
{
  for (guint i = 0; i < capacity->hosts->len; i++) {
    const Host *host = g_ptr_array_index(capacity->hosts, i);
    if (g_str_equal(host->name, name))
      return host;
  }
  return NULL;
}

static gboolean
is_up(const Capacity *capacity, const char *name)
{
  const Host *host = capacity_host(capacity, name);
  return host != NULL && host->state == HOST_UP;
}

/* What leaves but sits on a host that is gone takes nobody's place: else a lost host would shrink its pools.
 */
static void
count_desktop(const Capacity *capacity, const Desktop *desktop, const char *shape, PoolSizingFacts *facts)
{
  if (desktop->assignment == ASSIGNMENT_ASSIGNED)
    facts->assigned++;
  else if (desktop->assignment == ASSIGNMENT_RECYCLING)
    facts->leaving += is_up(capacity, desktop->host);
  else if (desktop->power == POWER_LOST)
    return;
  else if (!g_str_equal(desktop->shape, shape))
    facts->outdated++;
  else if (desktop->assignment == ASSIGNMENT_SPARE)
    facts->spare++;
  else
    facts->starting++;
}

PoolSizingFacts
capacity_sizing(const Capacity *capacity, const Pool *pool)
{
  PoolSizingFacts facts = {.size = pool->size, .spares = pool->spares, .deleting = pool->deleting};
  g_autofree char *shape = lifecycle_shape(pool);
  for (guint i = 0; i < capacity->desktops->len; i++) {
    const Desktop *desktop = g_ptr_array_index(capacity->desktops, i);
    if (g_str_equal(desktop->pool_id, pool->id))
      count_desktop(capacity, desktop, shape, &facts);
  }
  return facts;
}

/* A host takes off what it has promised itself; what it said last knows nothing of desktops that came after.
 */
static void
add_load(const Capacity *capacity, gint64 last_seen_us, PlacementHost *placed)
{
  for (guint i = 0; i < capacity->desktops->len; i++) {
    const Desktop *desktop = g_ptr_array_index(capacity->desktops, i);
    if (!g_str_equal(desktop->host, placed->name))
      continue;
    placed->vcpus_used += desktop->vcpus;
    if (desktop->power == POWER_PLANNED || desktop->created_us >= last_seen_us)
      placed->promised_mib += desktop->memory_mib + PLACEMENT_MEMORY_OVERHEAD_MIB;
  }
}

static PlacementImage
image_on(const GPtrArray *copies, const char *host)
{
  for (guint i = 0; i < copies->len; i++) {
    const ImageCopy *copy = g_ptr_array_index(copies, i);
    if (g_str_equal(copy->host, host))
      return copy->damaged ? PLACEMENT_IMAGE_DAMAGED : PLACEMENT_IMAGE_PRESENT;
  }
  return PLACEMENT_IMAGE_ABSENT;
}

gboolean
capacity_place(const Capacity *capacity, Work *work, const Pool *pool, Placement *ret_placement,
               GError **error)
{
  g_autoptr(GPtrArray) copies = image_store_copies(work->transaction, pool->image, error);
  if (copies == NULL)
    return FALSE;
  g_autofree PlacementHost *hosts = g_new0(PlacementHost, capacity->hosts->len + 1);
  for (guint i = 0; i < capacity->hosts->len; i++) {
    const Host *host = g_ptr_array_index(capacity->hosts, i);
    hosts[i] = (PlacementHost){.name = host->name,
                               .state = host->state,
                               .image = image_on(copies, host->name),
                               .capacity = host->capacity};
    add_load(capacity, host->last_seen_us, &hosts[i]);
  }
  PlacementNeed need = {.image = pool->image, .vcpus = pool->vcpus, .memory_mib = pool->memory_mib};
  *ret_placement = placement_choose(hosts, capacity->hosts->len, &need);
  return TRUE;
}

void
capacity_free(Capacity *capacity)
{
  if (capacity == NULL)
    return;
  g_clear_pointer(&capacity->hosts, g_ptr_array_unref);
  g_clear_pointer(&capacity->desktops, g_ptr_array_unref);
  g_free(capacity);
}
