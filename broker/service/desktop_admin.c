/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/desktop_admin.h"

#include "broker/service/broker_directory.h"
#include "broker/service/lifecycle.h"
#include "broker/store/desktop_store.h"
#include "common/base/error.h"

#define BOOT_LOG_LIMIT_MS 10000

GPtrArray *
desktop_admin_list(Services *services, const Page *page, char **ret_next, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_READ, error);
  return work != NULL ? desktop_store_list(work->transaction, page, ret_next, error) : NULL;
}

Desktop *
desktop_admin_get(Services *services, const char *desktop, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_READ, error);
  return work != NULL ? desktop_store_find(work->transaction, desktop, error) : NULL;
}

gboolean
desktop_admin_destroy(Services *services, const Caller *caller, const char *key, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  if (work == NULL)
    return FALSE;
  g_autoptr(Desktop) desktop = desktop_store_find(work->transaction, key, error);
  return desktop != NULL &&
         lifecycle_desktop(work, desktop, DESKTOP_EVENT_RETIRE, CARAWAY_ERROR_SESSION_ENDED,
                           "An administrator destroyed the desktop.", error) &&
         work_audit(work, caller, "desktop.destroy", "desktop", desktop->name, "", error) &&
         work_commit(work, error);
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
