/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/host_bridge.h"

#include "broker/peer_broker.h"
#include "broker/service/hosts/host_events.h"

struct HostBridge {
  HostLinkListener listener;
  HostSender sender;
  Services *services;
  const Credentials *credentials;
  HostLinkHub *hub;
  void (*trust_changed)(gpointer data); /* nullable */
  gpointer trust_data;
};

#define BRIDGE_OF_LISTENER(pointer)                                                                          \
  ((HostBridge *)(gpointer)((char *)(pointer)-G_STRUCT_OFFSET(HostBridge, listener)))
#define BRIDGE_OF_SENDER(pointer)                                                                            \
  ((HostBridge *)(gpointer)((char *)(pointer)-G_STRUCT_OFFSET(HostBridge, sender)))

static HostGreeting *
on_hello(HostLinkListener *listener, const char *host, const HostHello *hello, GError **error)
{
  return host_events_hello(BRIDGE_OF_LISTENER(listener)->services, host, hello, error);
}

static gboolean
on_welcomed(HostLinkListener *listener, const char *host, gint64 term, GError **error)
{
  return host_events_welcomed(BRIDGE_OF_LISTENER(listener)->services, host, term, error);
}

static gboolean
take_event(Services *services, const char *host, gint64 term, const HostMessage *message, GError **error)
{
  switch (message->type) {
  case HOST_MESSAGE_HEARTBEAT:
    return host_events_heartbeat(services, host, term, &message->heartbeat.capacity, error);
  case HOST_MESSAGE_RESULT:
    return host_events_result(services, host, term, &message->result, error);
  case HOST_MESSAGE_DESKTOP:
    return host_events_desktop(services, host, term, &message->desktop, error);
  case HOST_MESSAGE_DESKTOP_GONE:
    return host_events_desktop_gone(services, host, term, &message->desktop_gone, error);
  case HOST_MESSAGE_CONSOLE:
    return host_events_console(services, host, term, &message->console, error);
  case HOST_MESSAGE_IMAGES:
    return host_events_images(services, host, term, &message->images, error);
  case HOST_MESSAGE_FOREIGN:
    return host_events_foreign(services, host, term, &message->foreign, error);
  default:
    return TRUE; /* the hub keeps the others to itself */
  }
}

static gboolean
on_event(HostLinkListener *listener, const char *host, gint64 term, const HostMessage *message,
         GError **error)
{
  Services *services = BRIDGE_OF_LISTENER(listener)->services;
  GError *problem = NULL;
  if (take_event(services, host, term, message, &problem))
    return TRUE;
  g_propagate_error(error, services_refusal(services, problem));
  return FALSE;
}

static gboolean
on_silent(HostLinkListener *listener, const char *host, gint64 term, GError **error)
{
  return host_events_silent(BRIDGE_OF_LISTENER(listener)->services, host, term, error);
}

static gboolean
deliver(HostSender *sender, const char *host, gint64 id, const char *text)
{
  return host_link_hub_deliver(BRIDGE_OF_SENDER(sender)->hub, host, text);
}

static void
drop_link(HostSender *sender, const char *host, gint64 term)
{
  host_link_hub_drop(BRIDGE_OF_SENDER(sender)->hub, host, term);
}

static void
renew(HostSender *sender)
{
  host_link_hub_renew(BRIDGE_OF_SENDER(sender)->hub);
}

static void
tell_keys(HostSender *sender, const GPtrArray *keys)
{
  host_link_hub_tell_keys(BRIDGE_OF_SENDER(sender)->hub, keys);
}

static char *
fetch_boot_log(HostSender *sender, const char *host, const char *desktop_id, guint limit_ms, GError **error)
{
  return host_link_hub_fetch_boot_log(BRIDGE_OF_SENDER(sender)->hub, host, desktop_id, limit_ms, error);
}

static char *
fetch_boot_log_at(HostSender *sender, const char *url, const char *desktop_id, guint limit_ms, GError **error)
{
  return peer_broker_boot_log(BRIDGE_OF_SENDER(sender)->credentials, url, desktop_id, limit_ms, error);
}

static void
trust_changed(HostSender *sender)
{
  const HostBridge *bridge = BRIDGE_OF_SENDER(sender);
  if (bridge->trust_changed != NULL)
    bridge->trust_changed(bridge->trust_data);
}

HostBridge *
host_bridge_new(Services *services, const Credentials *credentials)
{
  HostBridge *bridge = g_new0(HostBridge, 1);
  bridge->listener = (HostLinkListener){on_hello, on_welcomed, on_event, on_silent};
  bridge->sender =
      (HostSender){deliver, drop_link, tell_keys, fetch_boot_log, fetch_boot_log_at, renew, trust_changed};
  bridge->services = services;
  bridge->credentials = credentials;
  return bridge;
}

HostLinkListener *
host_bridge_listener(HostBridge *bridge)
{
  return &bridge->listener;
}

HostSender *
host_bridge_sender(HostBridge *bridge)
{
  return &bridge->sender;
}

void
host_bridge_set_hub(HostBridge *bridge, HostLinkHub *hub)
{
  bridge->hub = hub;
}

void
host_bridge_set_trust_changed(HostBridge *bridge, void (*changed)(gpointer data), gpointer data)
{
  bridge->trust_changed = changed;
  bridge->trust_data = data;
}

void
host_bridge_free(HostBridge *bridge)
{
  g_free(bridge);
}
