/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One sign-in under way with a provider, as texts. All of them are made of one random secret, which only the
 * browser that began has (in a cookie): `state` and `nonce` (OpenID Connect Core 1.0 section 3.1.2.1) and the
 * verifier of PKCE (RFC 7636, S256). So an answer of the provider is worth nothing in another browser, and
 * what is kept here is no secret. Pure but for the secret's making.
 */
#pragma once

#include <glib.h>

typedef struct {
  char *secret; /**< for the cookie */
  char *key;    /**< under which it is kept: a hash */
  char *state;
  char *nonce;
  char *verifier;
  char *challenge; /**< of @verifier */
} OidcTransaction;

/** A new one (transfer full). */
OidcTransaction *oidc_transaction_new(void);

/** The one that @secret (nullable) belongs to (transfer full); NULL when it has not the shape of one. */
OidcTransaction *oidc_transaction_of(const char *secret);

/** S256 of @verifier (RFC 7636 section 4.2) (transfer full). */
char *oidc_transaction_challenge(const char *verifier);

/** Whether @text (nullable) has the shape of a challenge: 43 characters of base64url. */
gboolean oidc_transaction_is_challenge(const char *text);

/** What the browser is sent to (transfer full); texts are borrowed. */
typedef struct {
  const char *endpoint, *client_id, *scopes, *redirect_uri;
} OidcAsking;

/** The address of the provider that begins @transaction (transfer full). */
char *oidc_transaction_address(const OidcTransaction *transaction, const OidcAsking *asking);

/** Frees @transaction (nullable), wiping its secrets. */
void oidc_transaction_free(OidcTransaction *transaction);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(OidcTransaction, oidc_transaction_free)
