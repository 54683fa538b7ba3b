/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/sessions/session_view.h"

#include "broker/store/host_store.h"
#include "broker/store/session_store.h"

gboolean
session_view_complete(DbTransaction *transaction, Session *session, GError **error)
{
  if (session->state == SESSION_ENDED)
    return TRUE;
  g_autoptr(Host) host = host_store_find(transaction, session->host, error);
  if (host == NULL)
    return FALSE;
  if (host->state == HOST_UP)
    return TRUE;
  g_autofree char *reason = g_strdup_printf("The host %s does not answer at the moment.", host->name);
  session_add_reason(session, reason);
  return TRUE;
}

Session *
session_view_find(DbTransaction *transaction, const char *id, GError **error)
{
  g_autoptr(Session) session = session_store_find(transaction, id, error);
  if (session == NULL || !session_view_complete(transaction, session, error))
    return NULL;
  return g_steal_pointer(&session);
}
