/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The handlers behind the routes of machines: probes, joining, redeeming passwords, grant keys. All have the
 * shape of RouteHandler.
 */
#pragma once

#include "broker/api/route.h"

/** GET /healthz */
gboolean handle_health(const ApiContext *context, const Request *request, Answer *answer, GError **error);

/** GET /readyz */
gboolean handle_readiness(const ApiContext *context, const Request *request, Answer *answer, GError **error);

/** GET /metrics */
gboolean handle_metrics(const ApiContext *context, const Request *request, Answer *answer, GError **error);

/** POST /internal/join */
gboolean handle_join(const ApiContext *context, const Request *request, Answer *answer, GError **error);

/** POST /internal/redeem */
gboolean handle_redeem(const ApiContext *context, const Request *request, Answer *answer, GError **error);

/** GET /brokers */
gboolean handle_brokers(const ApiContext *context, const Request *request, Answer *answer, GError **error);

/** GET /internal/desktops/{desktop}/boot-log */
gboolean handle_internal_boot_log(const ApiContext *context, const Request *request, Answer *answer,
                                  GError **error);

/** GET /internal/grant-keys */
gboolean handle_grant_keys(const ApiContext *context, const Request *request, Answer *answer, GError **error);
