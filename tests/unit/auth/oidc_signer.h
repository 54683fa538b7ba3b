/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A provider's private key, for tests: signs tokens and shows the public part.
 */
#pragma once

#include <glib.h>

typedef struct OidcSigner OidcSigner;

/** A key of @kind ("RSA", "P-256", "P-384", "P-521") called @kid (nullable). */
OidcSigner *oidc_signer_new(const char *kind, const char *kid);

/** Its public part as a JWK with @members (nullable) added, e.g. "\"use\":\"sig\"" (transfer full). */
char *oidc_signer_public(const OidcSigner *signer, const char *members);

/** A set of the public parts of @signers (NULL-terminated) (transfer full). */
char *oidc_signer_set(OidcSigner *const *signers);

/** @payload signed with @algorithm; the header names the key's kid (transfer full). */
char *oidc_signer_sign(const OidcSigner *signer, const char *algorithm, const char *payload);

/** The same, with @member of the header set to @value, a text or a JSON array (transfer full). */
char *oidc_signer_sign_with(const OidcSigner *signer, const char *member, const char *value,
                            const char *payload);

/** @payload with the HMAC of @secret under @kid: what somebody makes who knows a public key (transfer full).
 */
char *oidc_signer_hmac(const char *secret, const char *kid, const char *payload);

/** Unsigned parts joined: base64url of @header and @payload, then @signature (transfer full). */
char *oidc_signer_compose(const char *header, const char *payload, const char *signature);

/** Frees @signer (nullable). */
void oidc_signer_free(OidcSigner *signer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(OidcSigner, oidc_signer_free)
