/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The host's connection to one of its brokers, to the next when that one is away: a WebSocket over mutual
 * TLS, dialled by the host, dialled again with growing pauses whenever it ends, and ended when the broker
 * falls silent. Owns the connection and its heartbeat, not what the messages mean. Works on the default main
 * context.
 */
#pragma once

#include "common/api_client/broker_list.h"
#include "common/net/credentials.h"
#include "common/wire/host_message.h"

typedef struct BrokerLink BrokerLink;

typedef struct {
  void (*opened)(gpointer user_data); /**< say hello now */
  void (*message)(const HostMessage *message, gpointer user_data);
  void (*closed)(gpointer user_data);
  void (*beat)(gpointer user_data); /**< send a heartbeat now */
} BrokerLinkListener;

/** Starts dialling the current one of @brokers. All arguments outlive the link. */
BrokerLink *broker_link_new(const Credentials *credentials, BrokerList *brokers,
                            const BrokerLinkListener *listener, gpointer user_data);

/** Beats every @period_ms from now on; a broker that says nothing for three of them is left. */
void broker_link_set_heartbeat(BrokerLink *link, gint64 period_ms);

/** Sends @message if the link is open. */
void broker_link_send(BrokerLink *link, const HostMessage *message);

/** Whether the link is open. */
gboolean broker_link_is_open(const BrokerLink *link);

/** Closes the link and dials anew, so that hello is said again. */
void broker_link_redial(BrokerLink *link);

/** Closes and frees @link (nullable). */
void broker_link_free(BrokerLink *link);
