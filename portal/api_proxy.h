/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reverse proxy to the broker's REST interface: one exchange for each request, streamed back piece by
 * piece, so that server-sent events pass at once and memory stays bounded. Ends the request at the broker
 * when the client goes. What the broker did not answer becomes a problem document of the portal's own.
 */
#pragma once

#include "common/api_client/broker_list.h"
#include "portal/front_connection.h"
#include "portal/portal_counters.h"

typedef struct ApiProxy ApiProxy;

typedef struct {
  BrokerList *brokers;         /**< asked in turn when one cannot be reached; outlives the proxy */
  guint max_requests;          /**< being worked on by the broker at a time */
  guint max_streams;           /**< open event streams at a time */
  gboolean certificate_is_own; /**< clients see a certificate of another authority than the installation's */
  guint answer_limit_ms;       /**< to the answer's headers, and again to its end unless it is a stream */
} ApiProxyConfig;

/** A proxy that asks by @session (a reference is taken; see broker_client.h) and counts in @counters (must
 * outlive it). */
ApiProxy *api_proxy_new(SoupSession *session, const ApiProxyConfig *config, PortalCounters *counters);

/** Answers @message, whose path forward_path_is_allowed(), from the broker, now or later. */
void api_proxy_answer(ApiProxy *proxy, SoupServerMessage *message);

/** Whether nothing is being answered. */
gboolean api_proxy_is_idle(const ApiProxy *proxy);

/** Ends every event stream, so that their clients come again elsewhere or later: for a shutdown. */
void api_proxy_end_streams(ApiProxy *proxy);

/** Frees @proxy (nullable); what is being answered is given up. */
void api_proxy_free(ApiProxy *proxy);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ApiProxy, api_proxy_free)
