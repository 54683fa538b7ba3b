/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/session_events.h"

#include "broker/service/own_session.h"
#include "broker/service/services_private.h"

/* The writer's turn is taken without writing: nothing can change between reading the first value and
 * listening. */
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
  return (SessionSubscription *)session_hub_listen(services->hub, caller->user_id, caller->token_hash,
                                                   session, context, changed, user_data, error);
}

void
session_events_unsubscribe(SessionSubscription *subscription)
{
  session_hub_remove((SessionListener *)subscription);
}
