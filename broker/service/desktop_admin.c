/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/desktop_admin.h"

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

char *
desktop_admin_boot_log(Services *services, const char *key, GError **error)
{
  g_autoptr(Desktop) desktop = desktop_admin_get(services, key, error);
  if (desktop == NULL)
    return NULL;
  if (services->sender != NULL)
    return services->sender->fetch_boot_log(services->sender, desktop->host, desktop->id, BOOT_LOG_LIMIT_MS,
                                            error);
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_UNREACHABLE, "The host %s is not connected.",
              desktop->host);
  return NULL;
}
