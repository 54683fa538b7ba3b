/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checks chains of the audit log row by row, whether they come from the database or from a file, in constant
 * memory. It stops at the first thing that is wrong and says what it is. Owns no reading.
 */
#pragma once

#include "common/wire/audit_chain.h"

typedef struct AuditVerifier AuditVerifier;

/** The first thing that is wrong. */
typedef struct {
  char *broker;  /**< whose chain */
  gint64 seal;   /**< its seal; 0: none */
  gint64 row_id; /**< the row; 0: not known, or gone */
  char *reason;  /**< a sentence */
} AuditBreak;

/** What was seen of the chain that was looked at last. */
typedef struct {
  gint64 rows, seals, unsealed;
  gint64 first_us, last_us; /**< times of the first and the last row */
  gint64 number;            /**< of the last seal */
  gint64 last_id;           /**< of its last row */
  gint64 generation;
  const char *hash; /**< of the last seal */
} AuditProgress;

/** A verifier that believes @keys (borrowed). */
AuditVerifier *audit_verifier_new(const GrantKeySet *keys);

/** Takes note of the witnesses of @seal: the chains that it names must have had these seals. */
void audit_verifier_add_witness(AuditVerifier *verifier, const AuditSeal *seal);

/** Adds the names of chains that witnesses tell of to @names, a set of texts. */
void audit_verifier_add_witnessed_names(AuditVerifier *verifier, GHashTable *names);

/** Begins the chain of @broker, after @checkpoint (nullable: from its first seal on). */
gboolean audit_verifier_begin(AuditVerifier *verifier, const char *broker, const AuditCheckpoint *checkpoint);

/** Begins the chain of @seal after it, which is believed when it is signed. */
gboolean audit_verifier_begin_after(AuditVerifier *verifier, const AuditSeal *seal);

/** The next row of the chain. Of one that its seal does not know, no more have to be given. */
gboolean audit_verifier_add_row(AuditVerifier *verifier, const AuditEntry *entry);

/** The seal of the rows since the last one. */
gboolean audit_verifier_add_seal(AuditVerifier *verifier, const AuditSeal *seal);

/** The chain ends here; rows since its last seal are not sealed yet. */
gboolean audit_verifier_end(AuditVerifier *verifier);

/** Notes that the chain broke for @reason (transfer full) outside of what is checked here. Returns FALSE. */
gboolean audit_verifier_break(AuditVerifier *verifier, gint64 seal, gint64 row_id, char *reason);

/** What is wrong (transfer none), or NULL. */
const AuditBreak *audit_verifier_problem(const AuditVerifier *verifier);

/** How far the chain went (transfer none). */
const AuditProgress *audit_verifier_progress(const AuditVerifier *verifier);

/** Frees @verifier (nullable). */
void audit_verifier_free(AuditVerifier *verifier);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(AuditVerifier, audit_verifier_free)
