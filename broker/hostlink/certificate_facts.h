/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is written down of a certificate of our authority: from the certificate itself to a row.
 */
#pragma once

#include "broker/model/certificate_row.h"
#include "common/net/identity.h"

/** What @certificate says of itself (transfer full): serial, machine, addresses, authority and dates.
 * CARAWAY_ERROR_UNTRUSTED when it does not name a machine. */
CertificateRow *certificate_facts_of(X509 *certificate, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The same of the first certificate in @pem. */
CertificateRow *certificate_facts_of_pem(const char *pem, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The IP addresses and DNS names that @certificate is good for (transfer full). */
GStrv certificate_facts_addresses(X509 *certificate);
