/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether what a verified ID token says was said by this provider, to us, now, and for this very sign-in
 * (OpenID Connect Core 1.0 section 3.1.3.7). Pure: the time is handed in.
 */
#pragma once

#include <json-glib/json-glib.h>

#define OIDC_CLOCK_SKEW_S 60
#define OIDC_TOKEN_AGE_S  600 /* it comes straight from the token endpoint */

typedef struct {
  const char *issuer;
  const char *client_id;
  const char *nonce;
  const char *access_token; /**< (nullable) that came with it */
  const char *algorithm;    /**< of the token's signature */
  gint64 now_s;             /**< since 1970 */
} OidcExpectation;

/** Whether @claims are what @expected says. Fails with CARAWAY_ERROR_PROVIDER_WRONG, naming the claim. */
gboolean oidc_claims_check(JsonObject *claims, const OidcExpectation *expected,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The subject of checked @claims (transfer none). */
const char *oidc_claims_subject(JsonObject *claims);

/** Left half of the hash of @token with @bits (256, 384, 512) as base64url (transfer full): at_hash of
 * section 3.1.3.6. */
char *oidc_claims_half_hash(const char *token, guint bits);
