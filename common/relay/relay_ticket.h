/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The RSA part of a SPICE link: the key that a relay shows to stock viewers, their tickets decrypted, and our
 * own empty ticket for a server. 1024 bits and OAEP with SHA-1 are what the protocol has; TLS is what
 * protects it.
 */
#pragma once

#include "common/spice/spice_link.h"

#include <glib.h>
#include <openssl/evp.h>

#define RELAY_PASSWORD_MAX 60 /* SPICE_MAX_PASSWORD_LENGTH */

/** A new key; one serves all connections of a process. NULL when OpenSSL cannot make one. */
EVP_PKEY *relay_ticket_make_key(void);

/** Writes the public half of @key as a link reply carries it. */
gboolean relay_ticket_public_key(EVP_PKEY *key, guint8 ret_public[SPICE_LINK_KEY_SIZE]);

/** The password in @ticket (transfer full; free with secret_free()); NULL when it is not one of ours. */
char *relay_ticket_decrypt(EVP_PKEY *key, const guint8 ticket[SPICE_LINK_TICKET_SIZE]);

/** Writes the ticket with an empty password for the server whose key is @public_key; FALSE for a bad key. */
gboolean relay_ticket_encrypt_empty(const guint8 public_key[SPICE_LINK_KEY_SIZE],
                                    guint8 ret_ticket[SPICE_LINK_TICKET_SIZE]);
