/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /healthz, /readyz and /metrics of the host, for a monitor on the machine itself. Read only, no secrets.
 */
#pragma once

#include "host/agent.h"

typedef struct HostHttp HostHttp;

/** Serves @agent (which outlives it) at @listen, ADDRESS:PORT. CARAWAY_ERROR_PORT_TAKEN. */
HostHttp *host_http_new(const Agent *agent, const char *listen, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Stops and frees @http (nullable). */
void host_http_free(HostHttp *http);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(HostHttp, host_http_free)
