/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ways to sign in that a server has beside a name and a password, and signing in by its browser pages: a
 * port of our loopback and a challenge go there (RFC 8252 section 7.3, RFC 7636), a code comes back, and the
 * challenge's verifier turns it into a sign-in. Owns ApiSignInMethod.
 */
#pragma once

#include "common/api_client/api_request.h"

/** One that leads to another place. */
typedef struct {
  char *name;
  char *label; /**< for people */
} ApiSignInMethod;

/** GET /sign-in-methods. */
ApiRequest *api_sign_in_methods_request(void);

/** Those of the answer that lead to another place: an array of ApiSignInMethod (transfer full). */
GPtrArray *api_sign_in_methods_from_answer(const ApiAnswer *answer, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** S256 of @verifier (transfer full). */
char *api_sign_in_challenge(const char *verifier);

/** The address at the server @url that a browser opens to sign in by @method and to come back to @port of
 * this machine's loopback (transfer full). */
char *api_sign_in_address(const char *url, const char *method, guint16 port, const char *challenge);

/** POST /oidc/redeem. Its answer is that of a login. */
ApiRequest *api_sign_in_redeem_request(const char *code, const char *verifier);

/** Frees @method (nullable). */
void api_sign_in_method_free(ApiSignInMethod *method);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ApiSignInMethod, api_sign_in_method_free)
