/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The handlers behind the routes of an account's sign-ins. All have the shape of RouteHandler.
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
