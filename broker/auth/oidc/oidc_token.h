/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A signed token (JWT, RFC 7519; JWS compact, RFC 7515): whether one of the provider's keys signed it, and
 * what it says. Owns the reading of its header; what it says is judged by oidc_claims.h.
 */
#pragma once

#include "broker/auth/oidc/oidc_key_set.h"

#include <json-glib/json-glib.h>

#define OIDC_TOKEN_MAX 65536

typedef struct {
  JsonObject *claims;
  char *algorithm;
} OidcToken;

/**
 * Verifies @text with @keys. Fails with CARAWAY_ERROR_NOT_FOUND when no key of the set has the token's id
 * (the set may be too old), else with CARAWAY_ERROR_PROVIDER_WRONG.
 */
OidcToken *oidc_token_verify(const char *text, const OidcKeySet *keys,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Frees @token (nullable). */
void oidc_token_free(OidcToken *token);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(OidcToken, oidc_token_free)
