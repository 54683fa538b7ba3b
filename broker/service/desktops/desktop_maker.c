/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/desktops/desktop_maker.h"

#include "broker/policy/names.h"
#include "broker/service/desktops/desktop_names.h"
#include "broker/service/hosts/capacity.h"
#include "broker/store/desktop_number_store.h"
#include "broker/store/desktop_store.h"
#include "broker/store/pool_store.h"
#include "common/base/error.h"
#include "common/base/ordered_uuid.h"

/* What pools had no say in before is not in the shape unless they say it: an upgrade makes nothing anew. */
char *
desktop_maker_shape(const Pool *pool)
{
  GString *shape = g_string_new(NULL);
  g_string_append_printf(shape, "%s:%u:%u:%u:%s", pool->image, pool->vcpus, pool->memory_mib, pool->heads,
                         pool->account);
  for (guint i = 0; i < pool->disks; i++)
    g_string_append_printf(shape, ":disk=%u", pool->disks_mib[i]);
  if (g_strcmp0(pool->network, "default") != 0)
    g_string_append_printf(shape, ":network=%s", pool->network);
  return g_string_free(shape, FALSE);
}

static Desktop *
new_desktop(Work *work, const Pool *pool, const char *host)
{
  Desktop *desktop = g_new0(Desktop, 1);
  desktop->pool_id = g_strdup(pool->id);
  desktop->pool_name = g_strdup(pool->name);
  desktop->kind = pool->kind;
  desktop->on_logoff = pool->on_logoff;
  desktop->host = g_strdup(host);
  desktop->assignment = ASSIGNMENT_NONE;
  desktop->power = POWER_PLANNED;
  desktop->shape = desktop_maker_shape(pool);
  desktop->epoch = (Epoch){.generation = work->services->generation, .counter = 1};
  desktop->step = g_strdup("waiting for the host");
  desktop->created_us = work->now_us;
  return desktop;
}

static gboolean
command_create(Work *work, const Pool *pool, const Desktop *desktop, GError **error)
{
  HostDisk disks[POOL_DISKS_MAX];
  for (guint i = 0; i < pool->disks; i++)
    disks[i] = (HostDisk){.size_mib = pool->disks_mib[i]};
  HostCommand command = {.kind = HOST_COMMAND_CREATE,
                         .desktop = desktop->id,
                         .epoch = desktop->epoch,
                         .name = desktop->name,
                         .pool = pool->name,
                         .image = pool->image,
                         .vcpus = pool->vcpus,
                         .memory_mib = pool->memory_mib,
                         .heads = pool->heads,
                         .account = pool->account,
                         .desktop_kind =
                             pool->kind == POOL_FLOATING ? HOST_KIND_FLOATING : HOST_KIND_DEDICATED,
                         .disks = disks,
                         .disk_count = pool->disks,
                         .network = pool->network};
  return work_command(work, desktop->host, &command, error);
}

/* @name: (nullable) (transfer full). */
static Desktop *
create(Work *work, const Pool *pool, const char *host, char *name, const char *owner_id, guint slot,
       GError **error)
{
  g_autoptr(Desktop) desktop = new_desktop(work, pool, host);
  desktop->name = name;
  if (desktop->name == NULL)
    return NULL;
  desktop->id = ordered_uuid_new(work->services->clock);
  desktop->assignment = owner_id != NULL ? ASSIGNMENT_ASSIGNED : ASSIGNMENT_NONE;
  desktop->owner_id = g_strdup(owner_id);
  desktop->slot = slot;
  desktop->vcpus = pool->vcpus;
  desktop->memory_mib = pool->memory_mib;
  if (!desktop_store_add(work->transaction, desktop, error) || !command_create(work, pool, desktop, error))
    return NULL;
  return g_steal_pointer(&desktop);
}

Desktop *
desktop_maker_create(Work *work, const Pool *pool, const char *host, const char *owner_id, guint slot,
                     GError **error)
{
  return create(work, pool, host, desktop_names_take(work, pool, error), owner_id, slot, error);
}

/* --- adopting --- */

/* The name that its administrators know it by, where that is a name of ours and free. */
static char *
adopted_name(Work *work, const Pool *pool, const char *domain, GError **error)
{
  gboolean taken = TRUE;
  if (names_is_valid(domain) && !desktop_number_store_is_taken(work->transaction, domain, &taken, error))
    return NULL;
  return taken ? desktop_names_take(work, pool, error) : g_strdup(domain);
}

Desktop *
desktop_maker_adopt(Work *work, const Pool *pool, const char *host, const Foreign *foreign, GError **error)
{
  g_autoptr(Desktop) desktop = new_desktop(work, pool, host);
  desktop->id = g_strdup(foreign->uuid);
  desktop->name = adopted_name(work, pool, foreign->name, error);
  HostCommand command = {.kind = HOST_COMMAND_ADOPT,
                         .desktop = desktop->id,
                         .epoch = desktop->epoch,
                         .name = foreign->name,
                         .pool = pool->name};
  if (desktop->name == NULL || !desktop_store_add(work->transaction, desktop, error) ||
      !work_command(work, host, &command, error))
    return NULL;
  return g_steal_pointer(&desktop);
}

/* --- making anew --- */

static gboolean
is_slot_free(Work *work, const Desktop *desktop, gboolean *ret_free, GError **error)
{
  g_autoptr(GPtrArray) owned =
      desktop_store_owned(work->transaction, desktop->pool_id, desktop->remade_for, error);
  if (owned == NULL)
    return FALSE;
  *ret_free = TRUE;
  for (guint i = 0; i < owned->len; i++)
    if (((Desktop *)g_ptr_array_index(owned, i))->slot == desktop->slot)
      *ret_free = FALSE;
  return TRUE;
}

/* NULL without @error: the pool is being deleted. */
static Pool *
find_pool(Work *work, const Desktop *desktop, GError **error)
{
  GError *problem = NULL;
  Pool *pool = pool_store_find(work->transaction, desktop->pool_id, &problem);
  if (pool == NULL && !g_error_matches(problem, CARAWAY_ERROR, CARAWAY_ERROR_UNKNOWN_POOL))
    g_propagate_error(error, problem);
  else
    g_clear_error(&problem);
  return pool;
}

static gboolean
make_in(Work *work, const Pool *pool, const Desktop *desktop, GError **error)
{
  g_auto(Placement) placement = {.host = -1};
  g_autoptr(Capacity) capacity = capacity_read(work, error);
  if (capacity == NULL || !capacity_place(capacity, work, pool, &placement, error))
    return FALSE;
  if (placement.host < 0)
    return TRUE;
  const Host *host = g_ptr_array_index(capacity->hosts, (guint)placement.host);
  char *name = desktop_names_take_again(work, pool, desktop->name, error);
  g_autoptr(Desktop) made = create(work, pool, host->name, name, desktop->remade_for, desktop->slot, error);
  return made != NULL &&
         work_audit(work, NULL, "desktop.remake", "desktop", made->name, "Its owner logged off.", error);
}

gboolean
desktop_maker_remake(Work *work, const Desktop *desktop, GError **error)
{
  gboolean free = FALSE;
  GError *problem = NULL;
  if (!is_slot_free(work, desktop, &free, error))
    return FALSE;
  g_autoptr(Pool) pool = free ? find_pool(work, desktop, &problem) : NULL;
  if (problem != NULL) {
    g_propagate_error(error, problem);
    return FALSE;
  }
  return pool == NULL || make_in(work, pool, desktop, error);
}
