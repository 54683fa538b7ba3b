/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The installation's certificate authority: an EC P-256 key and its certificate in the broker's state folder,
 * made at the first start. It signs what machines send in when they join, and the broker's own certificate.
 * Who may have what identity is decided by the caller.
 */
#pragma once

#include "broker/hostlink/certificate_facts.h"
#include "common/net/identity.h"

typedef struct Authority Authority;

#define AUTHORITY_MAX_ADDRESSES 16
#define AUTHORITY_LIFE_DAYS     90 /**< of what it signs, unless it was set */

/** Opens the authority in @folder (made with mode 0700), or makes it for @installation when there is none.
 * Fails with CARAWAY_ERROR_CONFIG (damaged, or of another installation) or CARAWAY_ERROR_NO_SPACE. */
Authority *authority_open(const char *folder, const char *installation,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The same with the key in @key_source (nullable: ca.key in @folder), a file elsewhere or credential:NAME
 * (common/base/credential.h). An authority is made only where its key is in @folder. */
Authority *authority_open_with_key(const char *folder, const char *key_source, const char *installation,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Sets how long what it signs is good for; before it signs. */
void authority_set_life(Authority *authority, guint days);

/** The CA's certificate in PEM (transfer none). */
const char *authority_ca_pem(const Authority *authority);

/** SHA-256 of the CA certificate's DER, base64url (transfer none): what join tokens carry. */
const char *authority_ca_hash(const Authority *authority);

/** Signs the request @request_pem as @identity, reachable at @addresses (IP addresses and DNS names, at most
 * AUTHORITY_MAX_ADDRESSES, NULL-terminated, nullable). Nothing else of the request than its key is taken
 * over. Returns PEM, leaf then CA (transfer full). Fails with CARAWAY_ERROR_INVALID. Safe from any thread. */
char *authority_sign(const Authority *authority, const char *request_pem, const Identity *identity,
                     const char *const *addresses, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The list @number of @revoked (of CertificateRow), signed, as PEM (transfer full). The same number gives
 * the same list. Safe from any thread. */
char *authority_revocation_list(const Authority *authority, gint64 number, const GPtrArray *revoked,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Makes sure that @folder holds a certificate of @identity for @addresses that has a third of its life
 * before it; a new one in any case when @always. */
gboolean authority_renew_own(const Authority *authority, const char *folder, const Identity *identity,
                             const char *const *addresses, gboolean always,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Derives @size (at most 32) bytes for @purpose from the CA's private key: the same at every broker that has
 * it, and nothing that the key or what is derived for another purpose could be told from. */
void authority_derive(const Authority *authority, const char *purpose, guint8 *ret_bytes, gsize size);

/** Whether @address (nullable) may stand in a certificate: an IP address or a DNS name. */
gboolean authority_address_is_valid(const char *address);

/** Frees @authority (nullable). */
void authority_free(Authority *authority);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Authority, authority_free)
