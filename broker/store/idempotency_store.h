/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows that remember which session an idempotency key led to.
 */
#pragma once

#include "broker/db/db.h"

/** What a key led to. */
typedef struct {
  char *pool_id;
  char *session_id;
} IdempotencyRow;

/** Remembers that @key of @user_id led to @session_id on @pool_id. */
gboolean idempotency_store_add(DbTransaction *transaction, const char *user_id, const char *key,
                               const char *pool_id, const char *session_id, gint64 now_us,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** What @key of @user_id led to; CARAWAY_ERROR_NOT_FOUND. */
IdempotencyRow *idempotency_store_find(DbTransaction *transaction, const char *user_id, const char *key,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Forgets what is older than @before_us. */
gboolean idempotency_store_remove_old(DbTransaction *transaction, gint64 before_us,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Frees @row (nullable). */
void idempotency_row_free(IdempotencyRow *row);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdempotencyRow, idempotency_row_free)
