/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the portal counts, and its Prometheus text (exposition format 0.0.4). A plain value of the main
 * thread.
 */
#pragma once

#include "common/relay/relay_engine.h"

typedef struct {
  guint64 requests;         /**< HTTP requests of every kind */
  guint64 proxied;          /**< requests passed to the broker */
  guint64 proxy_failures;   /**< of these, not answered by the broker */
  guint64 proxy_overloaded; /**< turned away because too many were waiting */
  guint64 redeemed, redeem_failures;
  guint64 consoles_admitted, consoles_refused;
  guint consoles;  /**< console channels that were admitted and have not ended */
  guint in_flight; /**< requests that the broker is working on */
  guint streams;   /**< open event streams */
} PortalCounters;

/** The metrics page for @counters and @relay (transfer full). */
char *portal_counters_text(const PortalCounters *counters, const RelayCounters *relay);
