/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signing in by an OpenID provider. A sign-in that was begun lives ten minutes and is taken once, by whoever
 * has the secret that its browser got; state, nonce and PKCE's verifier follow from that secret, so an answer
 * is worth nothing in another browser (log-in CSRF, code injection). A native client begins with a port of
 * its loopback (RFC 8252 section 7.3) and a challenge as in RFC 7636: it gets a code, good once and for a
 * minute, which only who knows the challenge's verifier turns into a sign-in. So no token is ever in an
 * address.
 */
#pragma once

#include "broker/service/people/sign_in.h"

#define OIDC_SIGN_IN_LIFETIME_S 600

/** What is begun; @client_port 0 and @client_challenge NULL: a browser's own. */
typedef struct {
  const char *authenticator;
  const char *origin;  /**< https://HOST[:PORT] by which the browser reaches us */
  const char *address; /**< of the browser */
  guint16 client_port;
  const char *client_challenge;
} OidcSignInAsking;

/**
 * The address of the provider to send the browser to, and in @ret_secret what the browser keeps (transfer
 * full; free with secret_free()). Fails with CARAWAY_ERROR_NOT_FOUND, CARAWAY_ERROR_THROTTLED or
 * CARAWAY_ERROR_OVERLOADED when too many are under way, CARAWAY_ERROR_PROVIDER_AWAY,
 * CARAWAY_ERROR_PROVIDER_WRONG.
 */
char *oidc_sign_in_begin(Services *services, const OidcSignInAsking *asking, char **ret_secret,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** What came back; all nullable but the first and last. */
typedef struct {
  const char *authenticator;
  const char *secret; /**< that the browser kept */
  const char *state, *code, *issuer, *error;
  const char *client; /**< as SignInEntry.client */
  const char *address;
} OidcSignInReturn;

/** What it led to. */
typedef struct {
  SignIn *sign_in;        /**< (nullable) of a browser's own */
  guint16 client_port;    /**< of the native client that began it, also after a failure; 0: none */
  char *client_challenge; /**< (nullable) of that client */
  char *code;             /**< (nullable) secret: for that client */
} OidcSignInOutcome;

/** Fills @ret_outcome. Fails with CARAWAY_ERROR_SIGN_IN_EXPIRED when nothing that was begun fits, with what
 * oidc_provider_finish() and external_account_accept() fail with. */
gboolean oidc_sign_in_finish(Services *services, const OidcSignInReturn *came, OidcSignInOutcome *ret_outcome,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The sign-in of the native client whose challenge is that of @verifier, for the @code that it got. Fails
 * with CARAWAY_ERROR_SIGN_IN_EXPIRED. */
SignIn *oidc_sign_in_redeem(Services *services, const char *code, const char *verifier,
                            const SignInOrigin *origin, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Frees what is in @outcome. */
void oidc_sign_in_outcome_clear(OidcSignInOutcome *outcome);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(OidcSignInOutcome, oidc_sign_in_outcome_clear)
