/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a server may be trusted: by the system's authorities, by one authority's file, by the fingerprint
 * of the very certificate, or because a person looked at it and said yes. Owns fingerprints and their check.
 */
#pragma once

#include <gio/gio.h>

/** A certificate that no rule trusts, shown to a person; all is borrowed for the call. */
typedef struct {
  const char *fingerprint; /**< SHA-256 of the DER, 64 hexadecimal digits */
  const char *subject;     /**< "CN=…" or "unknown" */
  const char *issuer;      /**< as the subject */
  const char *problem;     /**< one sentence: what is wrong with it */
} ApiCertificate;

/** Whether to go on with @certificate. Called on the thread of the request; must not block the main loop. */
typedef gboolean (*ApiCertificateDecision)(const ApiCertificate *certificate, gpointer user_data);

/** SHA-256 of the DER form of @certificate as 64 hexadecimal digits (transfer full). */
char *api_trust_fingerprint(GTlsCertificate *certificate);

/**
 * The canonical form of a fingerprint as people write it: colons, spaces and capitals are taken. NULL when it
 * is not 64 hexadecimal digits (transfer full).
 */
char *api_trust_normalize_fingerprint(const char *text);

/** The end of a sentence about a server, for the worst of @errors (static); marked for whoever translates. */
const char *api_trust_problem(GTlsCertificateFlags errors);

/**
 * A database that trusts exactly the certificate with the canonical @fingerprint, whatever its name, dates
 * and issuer, and no other, not even one that the system's authorities signed (transfer full).
 */
GTlsDatabase *api_trust_pin_database(const char *fingerprint);

/** Asks @decide about @certificate with @errors. */
gboolean api_trust_ask(GTlsCertificate *certificate, GTlsCertificateFlags errors,
                       ApiCertificateDecision decide, gpointer user_data);
