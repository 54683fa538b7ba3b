/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/session_events.h"

#include "broker/service/own_session.h"
#include "broker/service/services_private.h"

/* The writer's turn is taken without writing: nothing can change between reading the first value and
 * listening. That value is told once it is durable, because it may come from a member of the same batch. */
SessionSubscription *
session_events_subscribe(Services *services, const Caller *caller, const char *id, GMainContext *context,
                         SessionChanged changed, gpointer user_data, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  if (work == NULL)
    return NULL;
  g_autoptr(Session) session = own_session_find(work, caller, id, error);
  if (session == NULL)
    return NULL;
  SessionListener *listener =
      session_hub_listen(services->hub, caller->user_id, caller->token_hash, session,
                         session_hub_order(services->hub), context, changed, user_data, error);
  if (listener == NULL)
    return NULL;
  if (work_commit(work, error))
    session_hub_start(listener);
  else
    g_clear_pointer(&listener, session_hub_remove);
  return (SessionSubscription *)listener;
}

void
session_events_unsubscribe(SessionSubscription *subscription)
{
  session_hub_remove((SessionListener *)subscription);
}
