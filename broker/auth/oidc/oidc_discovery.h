/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a provider says of itself (OpenID Connect Discovery 1.0 section 3), read strictly: its issuer is the
 * one of our configuration to the letter, and every address is https. Owns the values; fetches nothing.
 */
#pragma once

#include <glib.h>

/** How we prove to the token endpoint that we are the client (OpenID Connect Core 1.0 section 9). */
typedef enum { OIDC_CLIENT_NONE, OIDC_CLIENT_BASIC, OIDC_CLIENT_POST } OidcClientProof;

typedef struct {
  char *authorization_endpoint;
  char *token_endpoint;
  char *key_set;                    /**< URL of the JWK set */
  char *userinfo_endpoint;          /**< (nullable) */
  gboolean takes_basic, takes_post; /**< at the token endpoint */
  gboolean names_issuer;            /**< its answers carry `iss` (RFC 9207) */
} OidcDiscovery;

#define OIDC_URL_MAX 2048

/** The path of the document below an issuer. */
#define OIDC_DISCOVERY_PATH "/.well-known/openid-configuration"

/** Reads the document of @issuer. Fails with CARAWAY_ERROR_PROVIDER_WRONG. */
OidcDiscovery *oidc_discovery_parse(const char *text, gsize size, const char *issuer,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Whether @url is an https address without user, password and fragment, of at most OIDC_URL_MAX bytes. */
gboolean oidc_url_is_proper(const char *url);

/** Frees @discovery (nullable). */
void oidc_discovery_free(OidcDiscovery *discovery);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(OidcDiscovery, oidc_discovery_free)
