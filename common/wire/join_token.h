/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The text of a join token, cwj1.ROLE.SECRET.CAHASH (docs/protocols.md, 1): how it is put together and taken
 * apart. Whether its secret is still good is the broker's to know.
 */
#pragma once

#include <glib.h>

#define JOIN_TOKEN_SECRET_BYTES 16

typedef struct {
  char *role;    /**< "host" or "portal" */
  char *secret;  /**< base64url */
  char *ca_hash; /**< SHA-256 of the CA's DER, base64url */
} JoinTokenParts;

/** The token's text (transfer full; free with secret_free()). */
char *join_token_text(const char *role, const char *secret, const char *ca_hash);

/** The parts of @text (transfer full); NULL when it is not a join token. */
JoinTokenParts *join_token_parse(const char *text);

/** Frees @parts (nullable), wiping the secret. */
void join_token_parts_free(JoinTokenParts *parts);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(JoinTokenParts, join_token_parts_free)
