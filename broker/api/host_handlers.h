/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The handlers behind the routes of hosts. All have the shape of RouteHandler.
 */
#pragma once

#include "broker/api/route.h"

/** GET /hosts */
gboolean handle_hosts(const ApiContext *context, const Request *request, Answer *answer, GError **error);

/** GET /hosts/{host} */
gboolean handle_host(const ApiContext *context, const Request *request, Answer *answer, GError **error);

/** DELETE /hosts/{host} */
gboolean handle_remove_host(const ApiContext *context, const Request *request, Answer *answer,
                            GError **error);

/** POST /hosts/{host}/drain */
gboolean handle_drain_host(const ApiContext *context, const Request *request, Answer *answer, GError **error);

/** POST /hosts/{host}/maintenance */
gboolean handle_maintain_host(const ApiContext *context, const Request *request, Answer *answer,
                              GError **error);

/** POST /hosts/{host}/activate */
gboolean handle_activate_host(const ApiContext *context, const Request *request, Answer *answer,
                              GError **error);

/** POST /hosts/join-tokens */
gboolean handle_create_join_token(const ApiContext *context, const Request *request, Answer *answer,
                                  GError **error);
