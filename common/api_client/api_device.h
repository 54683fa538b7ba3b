/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a device joins and signs in: the requests, and what they bring. What is signed is common/wire's.
 */
#pragma once

#include "common/api_client/api_request.h"

/** Names of states that a request to join has. */
#define API_DEVICE_APPROVED "approved"
#define API_DEVICE_REJECTED "rejected"

typedef struct {
  char *nonce;
  char *installation; /**< id of the installation that asks */
} ApiDeviceChallenge;

typedef struct {
  char *id;
  char *state;
  char *secret; /**< (nullable) with the answer to api_device_enrol_request() alone */
} ApiDeviceEnrolment;

/** POST /devices/challenge */
ApiRequest *api_device_challenge_request(void);

/** What @answer asks (transfer full). */
ApiDeviceChallenge *api_device_challenge_from_answer(const ApiAnswer *answer,
                                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** POST /devices/enrol */
ApiRequest *api_device_enrol_request(const char *public_key, const char *nonce, const char *signature);

/** GET /devices/enrolment/{@id}; needs the request's secret as the token. */
ApiRequest *api_device_enrolment_request(const char *id);

/** The answer to either (transfer full). */
ApiDeviceEnrolment *api_device_enrolment_from_answer(const ApiAnswer *answer,
                                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** POST /devices/sign-in. Answer: that of a login. */
ApiRequest *api_device_sign_in_request(const char *id, const char *nonce, const char *signature);

/** GET /me/device */
ApiRequest *api_device_own_request(void);

/** The name of the pool that the device opens, into @ret_pool (transfer full, nullable: none). */
gboolean api_device_pool_from_answer(const ApiAnswer *answer, char **ret_pool,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Frees @challenge (nullable). */
void api_device_challenge_free(ApiDeviceChallenge *challenge);

/** Frees @enrolment (nullable), wiping its secret. */
void api_device_enrolment_free(ApiDeviceEnrolment *enrolment);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ApiDeviceChallenge, api_device_challenge_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ApiDeviceEnrolment, api_device_enrolment_free)
