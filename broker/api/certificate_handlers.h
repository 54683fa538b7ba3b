/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The handlers behind the routes of certificates and of the keys of grants. All have the shape of
 * RouteHandler.
 */
#pragma once

#include "broker/api/route.h"

/** GET /certificates */
gboolean handle_certificates(const ApiContext *context, const Request *request, Answer *answer,
                             GError **error);

/** GET /certificates/{serial} */
gboolean handle_certificate(const ApiContext *context, const Request *request, Answer *answer,
                            GError **error);

/** POST /certificates/{serial}/revoke */
gboolean handle_revoke_certificate(const ApiContext *context, const Request *request, Answer *answer,
                                   GError **error);

/** POST /internal/renew */
gboolean handle_renew(const ApiContext *context, const Request *request, Answer *answer, GError **error);

/** GET /grant-keys */
gboolean handle_list_grant_keys(const ApiContext *context, const Request *request, Answer *answer,
                                GError **error);

/** POST /grant-keys/rotate */
gboolean handle_rotate_grant_keys(const ApiContext *context, const Request *request, Answer *answer,
                                  GError **error);

/** POST /grant-keys/{key}/revoke */
gboolean handle_revoke_grant_key(const ApiContext *context, const Request *request, Answer *answer,
                                 GError **error);

/** GET /internal/trust */
gboolean handle_trust(const ApiContext *context, const Request *request, Answer *answer, GError **error);
