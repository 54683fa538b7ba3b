/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/desktops/desktop_admin.h"

#include "broker/service/cluster/broker_directory.h"
#include "broker/service/desktops/lifecycle.h"
#include "broker/store/desktop_store.h"
#include "common/base/error.h"

#define BOOT_LOG_LIMIT_MS 10000

/* What is kept is when its host told; shown is how it is now. */
static void
bring_idle_up_to_date(const Work *work, Desktop *desktop)
{
  gint64 idle_us = desktop_idle_us(desktop, work->now_us);
  desktop->guest.idle_ms = idle_us < 0 ? -1 : idle_us / 1000;
  desktop->guest.idle_at_us = work->now_us;
}

GPtrArray *
desktop_admin_list(Services *services, const Page *page, char **ret_next, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_READ, error);
  GPtrArray *desktops = work != NULL ? desktop_store_list(work->transaction, page, ret_next, error) : NULL;
  for (guint i = 0; desktops != NULL && i < desktops->len; i++)
    bring_idle_up_to_date(work, g_ptr_array_index(desktops, i));
  return desktops;
}

Desktop *
desktop_admin_get(Services *services, const char *key, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_READ, error);
  Desktop *desktop = work != NULL ? desktop_store_find(work->transaction, key, error) : NULL;
  if (desktop != NULL)
    bring_idle_up_to_date(work, desktop);
  return desktop;
}

/* --- giving up --- */

static gboolean
check_may_go(const Desktop *desktop, gboolean force, GError **error)
{
  if (force || desktop->kind != POOL_DEDICATED || desktop->owner_id == NULL)
    return TRUE;
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT,
              "%s belongs to %s, and what they keep in it would be lost; ask with force to destroy it.",
              desktop->name, desktop->owner_name);
  return FALSE;
}

gboolean
desktop_admin_remove(Services *services, const Caller *caller, const char *key, gboolean force,
                     GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  g_autoptr(Desktop) desktop = work != NULL ? desktop_store_find(work->transaction, key, error) : NULL;
  if (desktop == NULL || !check_may_go(desktop, force, error))
    return FALSE;
  gboolean manual = desktop->kind == POOL_MANUAL;
  return lifecycle_step(work, caller, desktop, DESKTOP_EVENT_RETIRE, CARAWAY_ERROR_SESSION_ENDED,
                        manual ? "An administrator took the desktop out of the pool."
                               : "An administrator destroyed the desktop.",
                        error) &&
         work_audit(work, caller, manual ? "desktop.release" : "desktop.destroy", "desktop", desktop->name,
                    "", error) &&
         work_commit(work, error);
}

/* --- power --- */

static const struct {
  const char *name;
  const char *action; /* in the audit log */
} powers[DESKTOP_POWERS] = {
    [DESKTOP_POWER_START] = {"started", "desktop.start"},
    [DESKTOP_POWER_SHUT_DOWN] = {"shut down", "desktop.shutdown"},
    [DESKTOP_POWER_RESTART] = {"restarted", "desktop.restart"},
    [DESKTOP_POWER_RESET] = {"reset", "desktop.reset"},
};

static gboolean
check_power(const Desktop *desktop, DesktopPower power, GError **error)
{
  gboolean is_off = desktop->power == POWER_OFF || desktop->power == POWER_FAILED;
  gboolean keeps = power == DESKTOP_POWER_RESTART || power == DESKTOP_POWER_RESET;
  gboolean fits = power == DESKTOP_POWER_START ? is_off : desktop->power == POWER_UP;
  const char *reason = NULL;
  if (desktop->assignment == ASSIGNMENT_RECYCLING)
    reason = "it is on its way out";
  else if (desktop->kind == POOL_FLOATING && !keeps)
    reason = "a floating desktop that is off is destroyed; delete it instead";
  else if (desktop->stopping && power != DESKTOP_POWER_RESET)
    reason = "it is shutting down; reset it if that does not end";
  else if (!fits)
    reason = power_name(desktop->power);
  if (reason == NULL)
    return TRUE;
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT, "%s cannot be %s now: %s%s.", desktop->name,
              powers[power].name, reason == power_name(desktop->power) ? "it is " : "", reason);
  return FALSE;
}

static gboolean
shut_down(Work *work, const Caller *caller, const char *id, GError **error)
{
  g_autoptr(Desktop) desktop = desktop_store_find(work->transaction, id, error);
  if (desktop == NULL)
    return FALSE;
  if (desktop->assignment == ASSIGNMENT_ASSIGNED)
    return lifecycle_step(work, caller, desktop, DESKTOP_EVENT_LOG_OFF_STOP, CARAWAY_ERROR_SESSION_ENDED,
                          "An administrator shut the desktop down.", error);
  desktop->stopping = TRUE;
  return desktop_store_update(work->transaction, desktop, error) &&
         lifecycle_command(work, desktop, HOST_COMMAND_SHUTDOWN, error);
}

static gboolean
do_power(Work *work, const Caller *caller, Desktop *desktop, DesktopPower power, GError **error)
{
  switch (power) {
  case DESKTOP_POWER_START:
    return lifecycle_start(work, desktop, error);
  case DESKTOP_POWER_SHUT_DOWN:
    return shut_down(work, caller, desktop->id, error);
  default:
    return lifecycle_restart(work, desktop,
                             power == DESKTOP_POWER_RESET ? HOST_COMMAND_RESET : HOST_COMMAND_RESTART, error);
  }
}

Desktop *
desktop_admin_power(Services *services, const Caller *caller, const char *key, DesktopPower power,
                    GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  g_autoptr(Desktop) desktop = work != NULL ? desktop_store_find(work->transaction, key, error) : NULL;
  if (desktop == NULL || !check_power(desktop, power, error) ||
      !do_power(work, caller, desktop, power, error) ||
      !work_audit(work, caller, powers[power].action, "desktop", desktop->name, "", error))
    return NULL;
  g_autoptr(Desktop) after = desktop_store_find(work->transaction, desktop->id, error);
  if (after == NULL || !work_commit(work, error))
    return NULL;
  return g_steal_pointer(&after);
}

static char *
fetch(Services *services, const Desktop *desktop, GError **error)
{
  if (services->sender != NULL)
    return services->sender->fetch_boot_log(services->sender, desktop->host, desktop->id, BOOT_LOG_LIMIT_MS,
                                            error);
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_UNREACHABLE, "The host %s is not connected.",
              desktop->host);
  return NULL;
}

char *
desktop_admin_boot_log_here(Services *services, const char *key, GError **error)
{
  g_autoptr(Desktop) desktop = desktop_admin_get(services, key, error);
  return desktop != NULL ? fetch(services, desktop, error) : NULL;
}

/* Only the broker that holds the link of the host can ask it. */
char *
desktop_admin_boot_log(Services *services, const char *key, GError **error)
{
  g_autoptr(Desktop) desktop = desktop_admin_get(services, key, error);
  if (desktop == NULL)
    return NULL;
  gboolean is_here;
  g_autoptr(GError) problem = NULL;
  g_autofree char *url = broker_directory_of_host(services, desktop->host, &is_here, &problem);
  if (url == NULL && is_here)
    return fetch(services, desktop, error);
  if (url != NULL && services->sender != NULL)
    return services->sender->fetch_boot_log_at(services->sender, url, desktop->id, BOOT_LOG_LIMIT_MS, error);
  if (problem != NULL)
    g_propagate_error(error, g_steal_pointer(&problem));
  else
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_UNREACHABLE, "The host %s is not connected.",
                desktop->host);
  return NULL;
}
