/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The handlers behind the routes of an account's sign-ins and access tokens. All have the shape of
 * RouteHandler.
 */
#pragma once

#include "broker/api/route.h"

/** GET /me/sign-ins */
gboolean handle_sign_ins(const ApiContext *context, const Request *request, Answer *answer, GError **error);

/** DELETE /me/sign-ins */
gboolean handle_end_other_sign_ins(const ApiContext *context, const Request *request, Answer *answer,
                                   GError **error);

/** DELETE /me/sign-ins/{signin} */
gboolean handle_end_sign_in(const ApiContext *context, const Request *request, Answer *answer,
                            GError **error);

/** GET /users/{user}/sign-ins */
gboolean handle_user_sign_ins(const ApiContext *context, const Request *request, Answer *answer,
                              GError **error);

/** DELETE /users/{user}/sign-ins */
gboolean handle_end_user_sign_ins(const ApiContext *context, const Request *request, Answer *answer,
                                  GError **error);

/** GET /me/tokens */
gboolean handle_tokens(const ApiContext *context, const Request *request, Answer *answer, GError **error);

/** POST /me/tokens */
gboolean handle_create_token(const ApiContext *context, const Request *request, Answer *answer,
                             GError **error);

/** DELETE /me/tokens/{token} */
gboolean handle_revoke_token(const ApiContext *context, const Request *request, Answer *answer,
                             GError **error);

/** GET /users/{user}/tokens */
gboolean handle_user_tokens(const ApiContext *context, const Request *request, Answer *answer,
                            GError **error);

/** DELETE /users/{user}/tokens */
gboolean handle_revoke_user_tokens(const ApiContext *context, const Request *request, Answer *answer,
                                   GError **error);
