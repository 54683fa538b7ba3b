/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A provider's public keys (RFC 7517), as far as they may sign tokens for us. Which kind of key an algorithm
 * needs is decided here, from a table, and never by what a token says: symmetric keys are not even kept, so a
 * public key cannot be taken for a shared secret (algorithm confusion). Private parts are never read.
 */
#pragma once

#include <glib.h>

typedef struct OidcKey OidcKey;
typedef struct OidcKeySet OidcKeySet;

/** The keys in the JWK set @text. Keys of another kind, use, curve or size are left out; a set of none is an
 * error, CARAWAY_ERROR_PROVIDER_WRONG. */
OidcKeySet *oidc_key_set_parse(const char *text, gsize size, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** How many keys may be used. */
guint oidc_key_set_count(const OidcKeySet *keys);

/** Whether @algorithm (nullable) is one that we take at all: RS, PS and ES with SHA-2. Never none, never
 * HMAC. */
gboolean oidc_algorithm_is_allowed(const char *algorithm);

/** The bits of the hash that @algorithm uses: 256, 384 or 512. */
guint oidc_algorithm_hash_bits(const char *algorithm);

/**
 * The key called @kid for @algorithm, or, without @kid (nullable), the only one for @algorithm (OpenID
 * Connect Core 1.0 section 10.1). NULL when there is none, or more than one.
 */
const OidcKey *oidc_key_set_find(const OidcKeySet *keys, const char *algorithm, const char *kid);

/** Whether @jws (compact, its header naming @algorithm) was signed by @key. On success @ret_payload is what
 * was signed (transfer full). */
gboolean oidc_key_verify(const OidcKey *key, const char *jws, const char *algorithm,
                         GBytes **ret_payload) G_GNUC_WARN_UNUSED_RESULT;

/** Frees @keys (nullable). */
void oidc_key_set_free(OidcKeySet *keys);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(OidcKeySet, oidc_key_set_free)
