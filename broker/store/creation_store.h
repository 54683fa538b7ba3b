/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows that remember what a creating request with an Idempotency-Key made, written in the transaction that
 * made it. The client's key is kept as a hash, the answer sealed: who reads the database learns neither.
 */
#pragma once

#include "broker/db/db.h"

/** What a key led to. */
typedef struct {
  char *body_hash;
  char *object; /**< "user/alice" */
  char *answer; /**< sealed; "" while it is not known */
} CreationRow;

/** Remembers that the request of @key_hash with a body of @body_hash made @object. CARAWAY_ERROR_CONFLICT
 * when the key is there already. */
gboolean creation_store_add(DbTransaction *transaction, const char *key_hash, const char *body_hash,
                            const char *object, gint64 now_us, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** What @key_hash led to; CARAWAY_ERROR_NOT_FOUND. */
CreationRow *creation_store_find(DbTransaction *transaction, const char *key_hash,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Keeps the sealed @answer for @key_hash; nothing happens when the key is not there. */
gboolean creation_store_set_answer(DbTransaction *transaction, const char *key_hash, const char *answer,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Forgets what is older than @before_us, and of the rest all but the newest @limit . */
gboolean creation_store_remove_old(DbTransaction *transaction, gint64 before_us, int limit,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Frees @row (nullable). */
void creation_row_free(CreationRow *row);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(CreationRow, creation_row_free)
