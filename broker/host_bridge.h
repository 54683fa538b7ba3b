/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Joins the host links to the services: what hosts tell goes to broker/service, and services send through the
 * hub. The two layers do not know each other.
 */
#pragma once

#include "broker/hostlink/host_link_hub.h"
#include "broker/service/hosts/host_sender.h"
#include "broker/service/services.h"
#include "common/net/credentials.h"

typedef struct HostBridge HostBridge;

/** A bridge to @services, which asks other brokers with @credentials (both borrowed). */
HostBridge *host_bridge_new(Services *services, const Credentials *credentials);

/** Who hears the hub (transfer none). */
HostLinkListener *host_bridge_listener(HostBridge *bridge);

/** How services send (transfer none); nothing is delivered before host_bridge_set_hub(). */
HostSender *host_bridge_sender(HostBridge *bridge);

/** Sets the hub (borrowed), once, before any thread uses the sender. */
void host_bridge_set_hub(HostBridge *bridge, HostLinkHub *hub);

/** Sets what is called, in a thread of the services', when certificates were issued or revoked; before any
 * thread uses the sender. */
void host_bridge_set_trust_changed(HostBridge *bridge, void (*changed)(gpointer data), gpointer data);

/** Frees @bridge (nullable). */
void host_bridge_free(HostBridge *bridge);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(HostBridge, host_bridge_free)
