/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Handlers of the second factor.
 */
#pragma once

#include "broker/api/route.h"

/** GET /me/second-factor */
gboolean handle_second_factor(const ApiContext *context, const Request *request, Answer *answer,
                              GError **error);

/** POST /me/second-factor */
gboolean handle_begin_second_factor(const ApiContext *context, const Request *request, Answer *answer,
                                    GError **error);

/** POST /me/second-factor/confirm */
gboolean handle_confirm_second_factor(const ApiContext *context, const Request *request, Answer *answer,
                                      GError **error);

/** POST /me/second-factor/verify */
gboolean handle_verify_second_factor(const ApiContext *context, const Request *request, Answer *answer,
                                     GError **error);

/** POST /me/second-factor/recovery-codes */
gboolean handle_renew_recovery_codes(const ApiContext *context, const Request *request, Answer *answer,
                                     GError **error);

/** POST /me/second-factor/off */
gboolean handle_turn_off_second_factor(const ApiContext *context, const Request *request, Answer *answer,
                                       GError **error);

/** DELETE /users/{user}/second-factor */
gboolean handle_reset_second_factor(const ApiContext *context, const Request *request, Answer *answer,
                                    GError **error);

/** PATCH /groups/{group} */
gboolean handle_change_group(const ApiContext *context, const Request *request, Answer *answer,
                             GError **error);
