/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One OpenID provider as a relying party sees it: where to send browsers, and who somebody is by the code
 * that comes back (OpenID Connect Core 1.0 section 3.1; PKCE, RFC 7636; mix-up, RFC 9207). Owns what is known
 * of the provider: its description, kept for an hour, and its keys, kept for ten minutes and fetched anew, a
 * few times at most, when a token names one that is not known. What is too old is never used: without the
 * provider nobody signs in by it. Any thread may call; calls block for as long as the transport allows.
 */
#pragma once

#include "broker/auth/oidc/oidc_identity.h"
#include "broker/auth/oidc/oidc_transaction.h"
#include "broker/auth/oidc/oidc_transport.h"
#include "common/base/clock.h"

typedef struct OidcProvider OidcProvider;

/** One for @settings over @transport (transfer full, both); @clock must outlive it. */
OidcProvider *oidc_provider_new(OidcSettings *settings, OidcTransport *transport, const Clock *clock);

/** Its settings (transfer none). */
const OidcSettings *oidc_provider_settings(const OidcProvider *provider);

/** The address that the browser is sent to (transfer full). Fails with CARAWAY_ERROR_PROVIDER_AWAY or
 * CARAWAY_ERROR_PROVIDER_WRONG. */
char *oidc_provider_begin(OidcProvider *provider, const OidcTransaction *transaction,
                          const char *redirect_uri, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** What came back in the query of our redirect address; all borrowed, all nullable. */
typedef struct {
  const char *code;
  const char *issuer; /**< `iss` */
  const char *error;  /**< `error`: a short name */
} OidcAnswer;

/**
 * Who signed in by @answer to @transaction (transfer full). Fails with CARAWAY_ERROR_PROVIDER_DENIED when the
 * provider let nobody in, CARAWAY_ERROR_SIGN_IN_EXPIRED for a code that is used or too old,
 * CARAWAY_ERROR_PROVIDER_AWAY, or CARAWAY_ERROR_PROVIDER_WRONG.
 */
OidcIdentity *oidc_provider_finish(OidcProvider *provider, const OidcAnswer *answer,
                                   const OidcTransaction *transaction, const char *redirect_uri,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Frees @provider (nullable), which nobody may be using. */
void oidc_provider_free(OidcProvider *provider);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(OidcProvider, oidc_provider_free)
