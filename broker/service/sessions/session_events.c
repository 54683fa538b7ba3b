/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/sessions/session_events.h"

#include "broker/service/cluster/change_feed.h"
#include "broker/service/services_private.h"
#include "broker/service/sessions/session_list.h"

static SessionListener *
listen(Services *services, const Caller *caller, const char *id, GMainContext *context,
       SessionChanged changed, gpointer user_data, GError **error)
{
  g_autoptr(Session) session = session_list_get(services, caller, id, error);
  if (session == NULL)
    return NULL;
  return session_hub_listen(services->hub, caller->user_id, caller->token_hash, session, context, changed,
                            user_data, error);
}

/* Nothing is told between reading the first value and listening: a change since is told after it. */
SessionSubscription *
session_events_subscribe(Services *services, const Caller *caller, const char *id, GMainContext *context,
                         SessionChanged changed, gpointer user_data, GError **error)
{
  change_feed_hold(services->feed);
  SessionListener *listener = listen(services, caller, id, context, changed, user_data, error);
  change_feed_release(services->feed);
  return (SessionSubscription *)listener;
}

void
session_events_unsubscribe(SessionSubscription *subscription)
{
  session_hub_remove((SessionListener *)subscription);
}
