/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The chain that makes the audit log trustworthy, as docs/audit.md describes it: what is hashed of a row,
 * what a seal of a broker's rows says, and its signature. Values and bytes only; nothing here reads or
 * writes.
 */
#pragma once

#include "common/wire/audit_entry.h"
#include "common/wire/grant.h"

#define AUDIT_DIGEST_BYTES  32
#define AUDIT_MARK_LENGTH   16   /**< of a row in the marks of its seal */
#define AUDIT_SEAL_ROWS_MAX 1000 /**< rows of one seal */

/** The bytes of a row's digest. */
typedef struct {
  guint8 bytes[AUDIT_DIGEST_BYTES];
} AuditDigest;

/** What was sealed at once: rows of one broker, in the order of their ids, after those of the seal before. */
typedef struct {
  char *broker;      /**< whose rows these are, and whose chain this is */
  gint64 number;     /**< 1, 2, 3 … in its chain */
  gint64 generation; /**< of the installation; higher after each restored backup */
  gint64 first_id, last_id;
  gint64 first_row; /**< the place of its first row in the chain, from 1 */
  gint64 row_count;
  gint64 time_us;
  char *sealed_by; /**< the broker itself, or the one that did it for it */
  char *key_id;
  char *witnesses; /**< newest seals of other chains: "NAME NUMBER HASH" joined by ';' */
  char *previous;  /**< hash of the seal before, 64 hexadecimal digits; zeroes in the first */
  char *hash;
  char *signature; /**< over the hash, base64url */
  char *marks;     /**< the beginnings of the rows' digests; these only help to name the row that differs */
} AuditSeal;

/** Where a chain begins after its oldest rows were trimmed. */
typedef struct {
  char *broker;
  gint64 number;  /**< of the last seal that went */
  gint64 last_id; /**< of its last row */
  gint64 last_row;
  char *hash; /**< of that seal */
  gint64 time_us;
  char *trimmed_by;
  char *key_id;
  char *signature;
} AuditCheckpoint;

/** A key that seals are signed with: its public half. */
typedef struct {
  char *id;
  char *broker;
  char *public_key; /**< base64url */
} AuditKey;

/** The hash before the first seal of a chain. */
extern const char audit_chain_start[];

/** The digest of @entry. */
AuditDigest audit_entry_digest(const AuditEntry *entry);

/** The marks of @digests, an array of AuditDigest (transfer full). */
char *audit_digests_marks(const GArray *digests);

/** The hash of @seal over @digests of its rows (transfer full); its own hash and signature do not count. */
char *audit_seal_hash(const AuditSeal *seal, const GArray *digests);

/** Signs what @seal is, hash and all, with @key. */
void audit_seal_sign(AuditSeal *seal, const GrantKey *key);

/** Whether the key of @seal that is in @keys signed it. */
gboolean audit_seal_is_signed(const AuditSeal *seal, const GrantKeySet *keys);

/** Signs what @checkpoint is with @key. */
void audit_checkpoint_sign(AuditCheckpoint *checkpoint, const GrantKey *key);

/** Whether the key of @checkpoint that is in @keys signed it. */
gboolean audit_checkpoint_is_signed(const AuditCheckpoint *checkpoint, const GrantKeySet *keys);

/** Frees @seal (nullable). */
void audit_seal_free(AuditSeal *seal);

/** Frees @checkpoint (nullable). */
void audit_checkpoint_free(AuditCheckpoint *checkpoint);

/** Frees @key (nullable). */
void audit_key_free(AuditKey *key);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(AuditSeal, audit_seal_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AuditCheckpoint, audit_checkpoint_free)
