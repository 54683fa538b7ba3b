/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The second factor of one's own account: the requests.
 */
#pragma once

#include "common/api_client/api_request.h"

/** How an ApiAccount's sign-in stands, as `second_factor` says it. */
#define API_FACTOR_CODE_REQUIRED      "code-required"
#define API_FACTOR_ENROLMENT_REQUIRED "enrolment-required"

/** POST /me/second-factor/verify: proves the sign-in with @code. Answer: that of a login. */
ApiRequest *api_factor_verify_request(const char *code);

/** GET /me/second-factor. */
ApiRequest *api_factor_state_request(void);

/** POST /me/second-factor and, with @act (nullable), what follows in the path; @password and @code (nullable)
 * in its body. */
ApiRequest *api_factor_request(const char *act, const char *password, const char *code);
