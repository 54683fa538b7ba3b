/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The handlers behind the routes of administrators: accounts, pools, images, desktops, audit. All have
 * the shape of RouteHandler.
 */
#pragma once

#include "broker/api/route.h"

/** GET /authenticators */
gboolean handle_authenticators(const ApiContext *context, const Request *request, Answer *answer,
                               GError **error);

/** POST /authenticators/{authenticator}/test */
gboolean handle_test_authenticator(const ApiContext *context, const Request *request, Answer *answer,
                                   GError **error);

/** GET /users */
gboolean handle_users(const ApiContext *context, const Request *request, Answer *answer, GError **error);

/** POST /users */
gboolean handle_create_user(const ApiContext *context, const Request *request, Answer *answer,
                            GError **error);

/** GET /users/{user} */
gboolean handle_user(const ApiContext *context, const Request *request, Answer *answer, GError **error);

/** PATCH /users/{user} */
gboolean handle_change_user(const ApiContext *context, const Request *request, Answer *answer,
                            GError **error);

/** DELETE /users/{user} */
gboolean handle_delete_user(const ApiContext *context, const Request *request, Answer *answer,
                            GError **error);

/** POST /users/{user}/password */
gboolean handle_set_password(const ApiContext *context, const Request *request, Answer *answer,
                             GError **error);

/** GET /groups */
gboolean handle_groups(const ApiContext *context, const Request *request, Answer *answer, GError **error);

/** POST /groups */
gboolean handle_create_group(const ApiContext *context, const Request *request, Answer *answer,
                             GError **error);

/** GET /groups/{group} */
gboolean handle_group(const ApiContext *context, const Request *request, Answer *answer, GError **error);

/** DELETE /groups/{group} */
gboolean handle_delete_group(const ApiContext *context, const Request *request, Answer *answer,
                             GError **error);

/** PUT /groups/{group}/members/{user} */
gboolean handle_add_member(const ApiContext *context, const Request *request, Answer *answer, GError **error);

/** DELETE /groups/{group}/members/{user} */
gboolean handle_remove_member(const ApiContext *context, const Request *request, Answer *answer,
                              GError **error);

/** GET /pools */
gboolean handle_pools(const ApiContext *context, const Request *request, Answer *answer, GError **error);

/** POST /pools */
gboolean handle_create_pool(const ApiContext *context, const Request *request, Answer *answer,
                            GError **error);

/** GET /pools/{pool} */
gboolean handle_pool(const ApiContext *context, const Request *request, Answer *answer, GError **error);

/** PATCH /pools/{pool} */
gboolean handle_change_pool(const ApiContext *context, const Request *request, Answer *answer,
                            GError **error);

/** DELETE /pools/{pool} */
gboolean handle_delete_pool(const ApiContext *context, const Request *request, Answer *answer,
                            GError **error);

/** GET /pools/{pool}/schedule */
gboolean handle_pool_schedule(const ApiContext *context, const Request *request, Answer *answer,
                              GError **error);

/** GET /pools/{pool}/explain */
gboolean handle_explain_pool(const ApiContext *context, const Request *request, Answer *answer,
                             GError **error);

/** GET /pools/{pool}/entitlements */
gboolean handle_entitlements(const ApiContext *context, const Request *request, Answer *answer,
                             GError **error);

/** PUT /pools/{pool}/entitlements/{kind}/{subject} */
gboolean handle_entitle(const ApiContext *context, const Request *request, Answer *answer, GError **error);

/** DELETE /pools/{pool}/entitlements/{kind}/{subject} */
gboolean handle_withdraw(const ApiContext *context, const Request *request, Answer *answer, GError **error);

/** GET /images */
gboolean handle_images(const ApiContext *context, const Request *request, Answer *answer, GError **error);

/** POST /images */
gboolean handle_register_image(const ApiContext *context, const Request *request, Answer *answer,
                               GError **error);

/** DELETE /images/{image} */
gboolean handle_remove_image(const ApiContext *context, const Request *request, Answer *answer,
                             GError **error);
