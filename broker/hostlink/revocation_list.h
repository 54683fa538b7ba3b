/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Building the signed list of revoked certificates (RFC 5280, 5) with OpenSSL for authority.c.
 */
#pragma once

#include "broker/model/certificate_row.h"
#include "common/net/openssl.h"

/** The list @number of @revoked (of CertificateRow), signed by @ca with @key, as PEM (transfer full). */
char *revocation_list_new(X509 *ca, EVP_PKEY *key, gint64 number, const GPtrArray *revoked,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
