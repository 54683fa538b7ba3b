/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /healthz, /readyz and /metrics (Prometheus text) on a plain HTTP port of its own, meant for loopback.
 */
#pragma once

#include "common/relay/relay_engine.h"
#include "host/relay/console_gate.h"

typedef struct RelayHttp RelayHttp;

/** What is reported about; all outlive it. */
typedef struct {
  RelayEngine *engine;
  ConsoleGate *gate;
  const AgentPort *agent;
  const HostState *state;
} RelayHttpSources;

/** Listens at @listen ("127.0.0.1:8445"). CARAWAY_ERROR_PORT_TAKEN or CARAWAY_ERROR_CONFIG. */
RelayHttp *relay_http_new(const char *listen, const RelayHttpSources *sources,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Stops listening, and frees (nullable). */
void relay_http_free(RelayHttp *http);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RelayHttp, relay_http_free)
