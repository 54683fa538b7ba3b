/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/hosts/host_admin.h"

#include "broker/service/desktops/lifecycle.h"
#include "broker/service/hosts/host_registry.h"
#include "broker/store/desktop_store.h"
#include "broker/store/host_store.h"

/* One that is off, or that a host which answers does not have any more, keeps no host busy. What runs on a
 * host that does not answer is not known. */
static gboolean
is_running(const Host *host, const Desktop *desktop)
{
  if (desktop->power == POWER_LOST)
    return host->state != HOST_UP;
  return desktop->power != POWER_OFF && desktop->power != POWER_FAILED;
}

static guint
count_running(const Host *host, const GPtrArray *desktops)
{
  guint count = 0;
  for (guint i = 0; i < desktops->len; i++)
    count += is_running(host, g_ptr_array_index(desktops, i)) ? 1 : 0;
  return count;
}

/* One that was adopted cannot be made elsewhere: it stays. */
static gboolean
is_free(const Desktop *desktop)
{
  return desktop->kind != POOL_MANUAL &&
         (desktop->assignment == ASSIGNMENT_NONE || desktop->assignment == ASSIGNMENT_SPARE);
}

/* The pool keeper makes as many elsewhere. */
static gboolean
retire_free(Work *work, const Host *host, const GPtrArray *desktops, GError **error)
{
  g_autofree char *detail = g_strdup_printf("The host %s is taken out of service.", host->name);
  for (guint i = 0; i < desktops->len; i++) {
    Desktop *desktop = g_ptr_array_index(desktops, i);
    if (is_free(desktop) &&
        !lifecycle_desktop(work, desktop, DESKTOP_EVENT_RETIRE, CARAWAY_ERROR_SESSION_ENDED, detail, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
write_duty(Work *work, Host *host, HostDuty duty, const Caller *caller, const char *what, GError **error)
{
  if (host->duty == duty)
    return TRUE;
  host->duty = duty;
  work->wakes_keeper = TRUE;
  g_autofree char *action = g_strconcat("host.", what, NULL);
  return host_store_write_duty(work->transaction, host, error) &&
         work_audit(work, caller, action, "host", host->name, "", error);
}

static gboolean
set_duty(Work *work, const Caller *caller, Host *host, HostDutyEvent event, GError **error)
{
  g_autoptr(GPtrArray) desktops = desktop_store_of_host(work->transaction, host->name, error);
  HostDuty duty;
  if (desktops == NULL)
    return FALSE;
  if (!host_duty_step(host->duty, event, host->name, count_running(host, desktops), &duty, error))
    return FALSE;
  return write_duty(work, host, duty, caller, host_duty_event_name(event), error) &&
         (duty == HOST_ACTIVE || retire_free(work, host, desktops, error));
}

Host *
host_admin_set_duty(Services *services, const Caller *caller, const char *name, HostDutyEvent event,
                    GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  if (work == NULL)
    return NULL;
  g_autoptr(Host) host = host_store_find(work->transaction, name, error);
  if (host == NULL || !set_duty(work, caller, host, event, error) || !work_commit(work, error))
    return NULL;
  return host_registry_get(services, name, error);
}

gboolean
host_admin_settle(Work *work, Host *host, GError **error)
{
  if (host->duty != HOST_DRAINING)
    return TRUE;
  g_autoptr(GPtrArray) desktops = desktop_store_of_host(work->transaction, host->name, error);
  HostDuty duty;
  if (desktops == NULL)
    return FALSE;
  if (count_running(host, desktops) > 0)
    return TRUE;
  return host_duty_step(host->duty, HOST_DUTY_EVENT_EMPTIED, host->name, 0, &duty, error) &&
         write_duty(work, host, duty, NULL, host_duty_event_name(HOST_DUTY_EVENT_EMPTIED), error);
}
