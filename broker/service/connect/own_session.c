/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/connect/own_session.h"

#include "broker/service/rights/rights.h"
#include "broker/service/sessions/session_view.h"
#include "broker/store/host_store.h"
#include "common/base/error.h"

static gboolean
may(Work *work, const Caller *caller, Permission permission, const char *pool_id, GError **error)
{
  gboolean allowed, visible;
  if (!rights_allow_on_pool(work, caller, permission, pool_id, &allowed, error) ||
      !rights_allow_on_pool(work, caller, PERMISSION_SESSION_READ, pool_id, &visible, error))
    return FALSE;
  if (!allowed && visible)
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_FORBIDDEN,
                "This needs the permission %s on this session, which your account does not have.",
                permission_name(permission));
  else if (!allowed)
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND, "There is no such session.");
  return allowed;
}

Session *
own_session_find(Work *work, const Caller *caller, const char *id, Permission permission, GError **error)
{
  g_autoptr(Session) session = session_view_find(work->transaction, id, error);
  if (session == NULL)
    return NULL;
  if (g_str_equal(session->user_id, caller->user_id) ||
      may(work, caller, permission, session->pool_id, error))
    return g_steal_pointer(&session);
  return NULL;
}

Session *
own_session_find_live(Work *work, const Caller *caller, const char *id, Permission permission, GError **error)
{
  g_autoptr(Session) session = own_session_find(work, caller, id, permission, error);
  if (session == NULL || session->state != SESSION_ENDED)
    return g_steal_pointer(&session);
  GError *ended =
      g_error_new_literal(CARAWAY_ERROR, CARAWAY_ERROR_SESSION_ENDED,
                          "This session has ended; connect to the pool again for another desktop.");
  if (session->reasons != NULL)
    error_set_reasons(ended, (const char *const *)session->reasons);
  g_propagate_error(error, ended);
  return NULL;
}

Session *
own_session_find_ready(Work *work, const Caller *caller, const char *id, Permission permission,
                       GError **error)
{
  g_autoptr(Session) session = own_session_find_live(work, caller, id, permission, error);
  if (session == NULL)
    return NULL;
  if (session->state == SESSION_REQUESTED || session->state == SESSION_PREPARING) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NOT_READY,
                "The desktop is still being made (%s); wait until it is ready.", session->step);
    return NULL;
  }
  g_autoptr(Host) host = host_store_find(work->transaction, session->host, error);
  if (host == NULL || host->state == HOST_UP)
    return host != NULL ? g_steal_pointer(&session) : NULL;
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_HOST_GONE,
              "The host of your desktop, %s, does not answer; try again in half a minute.", host->name);
  return NULL;
}
