/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Building X.509 certificates with OpenSSL for authority.c: the CA's own, and the leaves that it signs.
 */
#pragma once

#include "common/net/identity.h"
#include "common/net/openssl.h"

/** A self-signed CA certificate for @key, good for ten years (transfer full). */
X509 *certificate_new_ca(EVP_PKEY *key, const char *installation, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** A certificate for @subject_key as @identity at @addresses (nullable), signed by @ca with @ca_key, good for
 * @life_days (transfer full). The addresses were checked by the caller. */
X509 *certificate_new_leaf(EVP_PKEY *subject_key, const Identity *identity, const char *const *addresses,
                           guint life_days, X509 *ca, EVP_PKEY *ca_key,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The subject alternative names of @identity at @addresses as OpenSSL's configuration writes them (transfer
 * full). */
char *certificate_names(const Identity *identity, const char *const *addresses);
