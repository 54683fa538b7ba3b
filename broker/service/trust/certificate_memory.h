/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which certificates count, by heart: asked at each handshake, also while the database is away. Owns a copy
 * of the certificates' rows; what is in it is read anew whenever one was issued or revoked at any broker.
 * Safe from any thread.
 */
#pragma once

#include "broker/model/certificate_row.h"
#include "broker/store/database.h"

typedef struct CertificateMemory CertificateMemory;

typedef enum {
  CERTIFICATE_GOOD,    /**< it was issued and not revoked */
  CERTIFICATE_UNKNOWN, /**< issued before certificates were written down, or a moment ago by another broker */
  CERTIFICATE_REVOKED,
  CERTIFICATE_CUT, /**< unknown, of a machine that was removed */
} CertificateStanding;

/** What an authority signs a revocation list from. */
typedef struct {
  gint64 number;      /**< higher with each change, at any broker */
  GPtrArray *revoked; /**< of CertificateRow, does not change */
} RevocationFacts;

/** An empty memory. */
CertificateMemory *certificate_memory_new(void);

/** Reads it anew from @db. */
gboolean certificate_memory_read(CertificateMemory *memory, Db *db, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** How the certificate @serial of the machine @role/@name stands. */
CertificateStanding certificate_memory_standing(CertificateMemory *memory, const char *role, const char *name,
                                                const char *serial);

/** Remembers @row (transfer full) of an unknown certificate that was shown, till somebody takes it. */
void certificate_memory_note(CertificateMemory *memory, CertificateRow *row);

/** What was noted since the last call: an array of CertificateRow (transfer full). */
GPtrArray *certificate_memory_take_noted(CertificateMemory *memory);

/** What was revoked (to be cleared by revocation_facts_clear()). */
void certificate_memory_revocations(CertificateMemory *memory, RevocationFacts *ret_facts);

/** Clears @facts. */
void revocation_facts_clear(RevocationFacts *facts);

/** Frees @memory (nullable). */
void certificate_memory_free(CertificateMemory *memory);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(RevocationFacts, revocation_facts_clear)
