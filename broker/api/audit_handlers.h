/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The handlers behind the routes of the audit log. All have the shape of RouteHandler.
 */
#pragma once

#include "broker/api/route.h"

/** GET /audit */
gboolean handle_audit(const ApiContext *context, const Request *request, Answer *answer, GError **error);

/** GET /audit/verify */
gboolean handle_audit_verify(const ApiContext *context, const Request *request, Answer *answer,
                             GError **error);

/** GET /audit/export */
gboolean handle_audit_export(const ApiContext *context, const Request *request, Answer *answer,
                             GError **error);
