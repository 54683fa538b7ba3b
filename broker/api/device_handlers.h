/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The handlers behind the routes of devices: what kiosks ask, and what administrators do with them. All have
 * the shape of RouteHandler.
 */
#pragma once

#include "broker/api/route.h"

/** POST /devices/challenge */
gboolean handle_device_challenge(const ApiContext *context, const Request *request, Answer *answer,
                                 GError **error);

/** POST /devices/enrol */
gboolean handle_enrol_device(const ApiContext *context, const Request *request, Answer *answer,
                             GError **error);

/** GET /devices/enrolment/{device} */
gboolean handle_device_enrolment(const ApiContext *context, const Request *request, Answer *answer,
                                 GError **error);

/** POST /devices/sign-in */
gboolean handle_device_sign_in(const ApiContext *context, const Request *request, Answer *answer,
                               GError **error);

/** GET /me/device */
gboolean handle_own_device(const ApiContext *context, const Request *request, Answer *answer, GError **error);

/** GET /devices */
gboolean handle_devices(const ApiContext *context, const Request *request, Answer *answer, GError **error);

/** GET /devices/{device} */
gboolean handle_device(const ApiContext *context, const Request *request, Answer *answer, GError **error);

/** PATCH /devices/{device} */
gboolean handle_change_device(const ApiContext *context, const Request *request, Answer *answer,
                              GError **error);

/** DELETE /devices/{device} */
gboolean handle_delete_device(const ApiContext *context, const Request *request, Answer *answer,
                              GError **error);

/** POST /devices/{device}/approve */
gboolean handle_approve_device(const ApiContext *context, const Request *request, Answer *answer,
                               GError **error);

/** POST /devices/{device}/reject */
gboolean handle_reject_device(const ApiContext *context, const Request *request, Answer *answer,
                              GError **error);

/** POST /devices/{device}/revoke */
gboolean handle_revoke_device(const ApiContext *context, const Request *request, Answer *answer,
                              GError **error);
