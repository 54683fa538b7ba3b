/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The handlers behind the routes of people: signing in, sessions, consoles. All have the shape of
 * RouteHandler.
 */
#pragma once

#include "broker/api/route.h"

/** POST /login */
gboolean handle_login(const ApiContext *context, const Request *request, Answer *answer, GError **error);

/** GET /sign-in-methods */
gboolean handle_sign_in_methods(const ApiContext *context, const Request *request, Answer *answer,
                                GError **error);

/** GET /oidc/{authenticator}/begin */
gboolean handle_oidc_begin(const ApiContext *context, const Request *request, Answer *answer, GError **error);

/** GET /oidc/{authenticator}/callback */
gboolean handle_oidc_callback(const ApiContext *context, const Request *request, Answer *answer,
                              GError **error);

/** POST /oidc/redeem */
gboolean handle_oidc_redeem(const ApiContext *context, const Request *request, Answer *answer,
                            GError **error);

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
