/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/sessions/session_list.h"

#include "broker/service/away/database_watch.h"
#include "broker/service/away/known_access.h"
#include "broker/service/connect/own_session.h"
#include "broker/service/sessions/session_view.h"
#include "broker/store/session_store.h"

static GPtrArray *
list(Services *services, const Caller *caller, gboolean all, const Page *page, char **ret_next,
     GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_READ, error);
  if (work == NULL)
    return NULL;
  g_autofree char *next = NULL;
  g_autoptr(GPtrArray) sessions =
      session_store_list(work->transaction, all ? NULL : caller->user_id, page, &next, error);
  for (guint i = 0; sessions != NULL && i < sessions->len; i++)
    if (!session_view_complete(work->transaction, g_ptr_array_index(sessions, i), error))
      return NULL;
  if (sessions != NULL && ret_next != NULL)
    *ret_next = g_steal_pointer(&next);
  return g_steal_pointer(&sessions);
}

GPtrArray *
session_list(Services *services, const Caller *caller, gboolean all, const Page *page, char **ret_next,
             GError **error)
{
  GError *problem = NULL;
  GPtrArray *sessions = list(services, caller, all, page, ret_next, &problem);
  if (!all && database_watch_is_trouble(problem))
    return known_access_sessions(services, caller, problem, error);
  if (sessions == NULL)
    g_propagate_error(error, problem);
  return sessions;
}

Session *
session_list_get(Services *services, const Caller *caller, const char *id, GError **error)
{
  GError *problem = NULL;
  g_autoptr(Work) work = work_begin(services, DB_READ, &problem);
  Session *session =
      work != NULL ? own_session_find(work, caller, id, PERMISSION_SESSION_READ, &problem) : NULL;
  if (database_watch_is_trouble(problem))
    return known_access_session(services, caller, id, problem, error);
  if (session == NULL)
    g_propagate_error(error, problem);
  return session;
}
