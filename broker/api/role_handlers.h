/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The handlers behind the routes of roles: what there is, who has which, and what oneself may do. All have
 * the shape of RouteHandler.
 */
#pragma once

#include "broker/api/route.h"

/** GET /roles */
gboolean handle_roles(const ApiContext *context, const Request *request, Answer *answer, GError **error);

/** POST /roles */
gboolean handle_create_role(const ApiContext *context, const Request *request, Answer *answer,
                            GError **error);

/** GET /roles/{role} */
gboolean handle_role(const ApiContext *context, const Request *request, Answer *answer, GError **error);

/** PATCH /roles/{role} */
gboolean handle_change_role(const ApiContext *context, const Request *request, Answer *answer,
                            GError **error);

/** DELETE /roles/{role} */
gboolean handle_delete_role(const ApiContext *context, const Request *request, Answer *answer,
                            GError **error);

/** GET /role-bindings */
gboolean handle_bindings(const ApiContext *context, const Request *request, Answer *answer, GError **error);

/** POST /role-bindings */
gboolean handle_create_binding(const ApiContext *context, const Request *request, Answer *answer,
                               GError **error);

/** DELETE /role-bindings/{binding} */
gboolean handle_delete_binding(const ApiContext *context, const Request *request, Answer *answer,
                               GError **error);

/** GET /me/permissions */
gboolean handle_my_permissions(const ApiContext *context, const Request *request, Answer *answer,
                               GError **error);
