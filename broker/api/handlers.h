/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The handlers that the route table names, by the files that hold them. All have the shape of RouteHandler:
 * they run on a worker, read the request, ask one service, and fill the answer.
 */
#pragma once

#include "broker/api/route.h"

/** POST /login */
gboolean handle_login(const ApiContext *context, const Request *request, Answer *answer, GError **error);

/** POST /logout */
gboolean handle_logout(const ApiContext *context, const Request *request, Answer *answer, GError **error);

/** GET /me */
gboolean handle_me(const ApiContext *context, const Request *request, Answer *answer, GError **error);

/** POST /me/password */
gboolean handle_change_password(const ApiContext *context, const Request *request, Answer *answer,
                                GError **error);

/** GET /desktops */
gboolean handle_offers(const ApiContext *context, const Request *request, Answer *answer, GError **error);

/** POST /pools/{pool}/connect */
gboolean handle_connect(const ApiContext *context, const Request *request, Answer *answer, GError **error);

/** GET /sessions */
gboolean handle_sessions(const ApiContext *context, const Request *request, Answer *answer, GError **error);

/** GET /sessions/{session} */
gboolean handle_session(const ApiContext *context, const Request *request, Answer *answer, GError **error);

/** GET /sessions/{session}/events */
gboolean handle_session_events(const ApiContext *context, const Request *request, Answer *answer,
                               GError **error);

/** POST /sessions/{session}/grants */
gboolean handle_grant(const ApiContext *context, const Request *request, Answer *answer, GError **error);

/** POST /sessions/{session}/console.vv */
gboolean handle_viewer_file(const ApiContext *context, const Request *request, Answer *answer,
                            GError **error);

/** POST /sessions/{session}/disconnect */
gboolean handle_disconnect(const ApiContext *context, const Request *request, Answer *answer, GError **error);

/** POST /sessions/{session}/restart */
gboolean handle_restart(const ApiContext *context, const Request *request, Answer *answer, GError **error);

/** POST /sessions/{session}/reset */
gboolean handle_reset(const ApiContext *context, const Request *request, Answer *answer, GError **error);

/** POST /sessions/{session}/logoff */
gboolean handle_log_off(const ApiContext *context, const Request *request, Answer *answer, GError **error);

/** POST /sessions/{session}/lock */
gboolean handle_lock(const ApiContext *context, const Request *request, Answer *answer, GError **error);

/** POST /sessions/{session}/message */
gboolean handle_message(const ApiContext *context, const Request *request, Answer *answer, GError **error);

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

/** GET /hosts */
gboolean handle_hosts(const ApiContext *context, const Request *request, Answer *answer, GError **error);

/** POST /hosts/join-tokens */
gboolean handle_create_join_token(const ApiContext *context, const Request *request, Answer *answer,
                                  GError **error);

/** GET /hosts/{host} */
gboolean handle_host(const ApiContext *context, const Request *request, Answer *answer, GError **error);

/** DELETE /hosts/{host} */
gboolean handle_remove_host(const ApiContext *context, const Request *request, Answer *answer,
                            GError **error);

/** GET /admin/desktops */
gboolean handle_desktops(const ApiContext *context, const Request *request, Answer *answer, GError **error);

/** GET /admin/desktops/{desktop} */
gboolean handle_desktop(const ApiContext *context, const Request *request, Answer *answer, GError **error);

/** DELETE /admin/desktops/{desktop} */
gboolean handle_destroy_desktop(const ApiContext *context, const Request *request, Answer *answer,
                                GError **error);

/** GET /admin/desktops/{desktop}/boot-log */
gboolean handle_boot_log(const ApiContext *context, const Request *request, Answer *answer, GError **error);

/** GET /audit */
gboolean handle_audit(const ApiContext *context, const Request *request, Answer *answer, GError **error);

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

/** GET /internal/grant-keys */
gboolean handle_grant_keys(const ApiContext *context, const Request *request, Answer *answer, GError **error);
