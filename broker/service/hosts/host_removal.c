/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/hosts/host_removal.h"

#include "broker/model/object.h"
#include "broker/service/cluster/change_feed.h"
#include "broker/service/desktops/lifecycle.h"
#include "broker/service/trust/certificate_registry.h"
#include "broker/store/desktop_store.h"
#include "broker/store/host_store.h"
#include "broker/store/role_binding_store.h"

#define NAMED_IN_SENTENCE 3

static gboolean
is_own(const Desktop *desktop)
{
  return desktop->kind != POOL_FLOATING && desktop->owner_id != NULL;
}

/* --- why not --- */

/* The first @limit of @owned, as "pc-0001 of alice", and how many more there are. */
static GStrv
name_some(const GPtrArray *owned, guint limit)
{
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
  for (guint i = 0; i < owned->len && i < limit; i++) {
    const Desktop *desktop = g_ptr_array_index(owned, i);
    g_autofree char *text = g_strdup_printf("%s of %s", desktop->name, desktop->owner_name);
    g_strv_builder_add(builder, text);
  }
  if (owned->len > limit) {
    g_autofree char *more = g_strdup_printf("%u more", owned->len - limit);
    g_strv_builder_add(builder, more);
  }
  return g_strv_builder_end(builder);
}

static gboolean
refuse_owned(const Host *host, const GPtrArray *owned, GError **error)
{
  g_auto(GStrv) few = name_some(owned, NAMED_IN_SENTENCE);
  g_auto(GStrv) many = name_some(owned, HOST_REMOVAL_NAMED);
  g_autofree char *names = g_strjoinv(", ", few);
  GError *refusal =
      g_error_new(CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT,
                  "%s holds %u desktop%s that belong%s to somebody: %s. Start the host again, and unassign "
                  "or delete what "
                  "may go. If the host is gone for good, remove it with force: these desktops are lost then, "
                  "with all that "
                  "their owners kept in them.",
                  host->name, owned->len, owned->len == 1 ? "" : "s", owned->len == 1 ? "s" : "", names);
  error_set_reasons(refusal, (const char *const *)many);
  g_propagate_error(error, refusal);
  return FALSE;
}

static gboolean
check_may_go(const Host *host, const GPtrArray *desktops, gboolean force, GError **error)
{
  if (host->state == HOST_UP) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT,
                "The host %s is connected; stop caraway-host there first.", host->name);
    return FALSE;
  }
  g_autoptr(GPtrArray) owned = g_ptr_array_new();
  for (guint i = 0; i < desktops->len; i++)
    if (is_own(desktops->pdata[i]))
      g_ptr_array_add(owned, desktops->pdata[i]);
  return force || owned->len == 0 || refuse_owned(host, owned, error);
}

/* --- what becomes of them --- */

static gboolean
audit_loss(Work *work, const Caller *caller, const Host *host, const Desktop *desktop, GError **error)
{
  g_autofree char *detail = g_strdup_printf("It was %s's, on %s.", desktop->owner_name, host->name);
  return work_audit(work, caller, "desktop.lost", "desktop", desktop->name, detail, error);
}

/* Nobody waits for the host any more: what it was told, and what it would answer, does not count. */
static gboolean
forget(Work *work, const Caller *caller, const Host *host, Desktop *desktop, GError **error)
{
  const char *detail = desktop->kind == POOL_FLOATING
                           ? "The host of the desktop was removed. Connect again for another one."
                           : "The host of your desktop was removed, and the desktop with it. Ask your "
                             "administrator, or connect again for a new one.";
  if (is_own(desktop) && !audit_loss(work, caller, host, desktop, error))
    return FALSE;
  if (desktop->kind == POOL_MANUAL) /* the machine stays as it is, wherever it is */
    return lifecycle_step(work, caller, desktop, DESKTOP_EVENT_UNMADE, CARAWAY_ERROR_HOST_GONE, detail,
                          error);
  if (desktop->kind == POOL_DEDICATED && desktop->assignment == ASSIGNMENT_ASSIGNED &&
      !lifecycle_step(work, caller, desktop, DESKTOP_EVENT_RETIRE, CARAWAY_ERROR_HOST_GONE, detail, error))
    return FALSE;
  return lifecycle_step(work, caller, desktop, DESKTOP_EVENT_GONE, CARAWAY_ERROR_HOST_GONE, detail, error);
}

static gboolean
forget_all(Work *work, const Caller *caller, const Host *host, const GPtrArray *desktops, guint *ret_lost,
           GError **error)
{
  for (guint i = 0; i < desktops->len; i++) {
    Desktop *desktop = g_ptr_array_index(desktops, i);
    *ret_lost += is_own(desktop) ? 1 : 0;
    if (!forget(work, caller, host, desktop, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
remove_host(Work *work, const Caller *caller, const Host *host, const GPtrArray *desktops, GError **error)
{
  guint lost = 0;
  g_autofree char *path = object_path("/hosts", host->name);
  if (!forget_all(work, caller, host, desktops, &lost, error) ||
      !host_store_remove(work->transaction, host->name, error) ||
      !role_binding_store_remove_at(work->transaction, path, error) ||
      !certificate_registry_revoke_machine(work, caller, "host", host->name, "The host was removed.",
                                           error) ||
      !certificate_registry_revoke_machine(work, caller, "relay", host->name, "The host was removed.", error))
    return FALSE;
  g_autofree char *detail = lost == 1  ? g_strdup("With force: 1 desktop of a user was lost.")
                            : lost > 1 ? g_strdup_printf("With force: %u desktops of users were lost.", lost)
                                       : g_strdup("");
  work->wakes_keeper = TRUE;
  work_notify(work, CHANGE_HOST, host->name); /* a broker that was cut off may still have its link */
  return work_audit(work, caller, "host.remove", "host", host->name, detail, error);
}

gboolean
host_removal_run(Services *services, const Caller *caller, const char *name, gboolean force, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  g_autoptr(Host) host = work != NULL ? host_store_find(work->transaction, name, error) : NULL;
  g_autoptr(GPtrArray) desktops =
      host != NULL ? desktop_store_of_host(work->transaction, host->name, error) : NULL;
  return desktops != NULL && check_may_go(host, desktops, force, error) &&
         remove_host(work, caller, host, desktops, error) &&
         certificate_registry_commit(g_steal_pointer(&work), error);
}
