/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of sign-ins, by the hash of their token.
 */
#pragma once

#include "broker/db/db.h"

/** A sign-in and whose it is. */
typedef struct {
  char *user_id;
  gint64 used_us; /**< when its use was last written down */
  gint64 expires_us;
} SignInRow;

/** Enters a sign-in of @user_id from @address. */
gboolean sign_in_store_add(DbTransaction *transaction, const char *token_hash, const char *user_id,
                           const char *address, gint64 now_us, gint64 expires_us,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The sign-in with @token_hash; CARAWAY_ERROR_NOT_FOUND. */
SignInRow *sign_in_store_find(DbTransaction *transaction, const char *token_hash,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Notes that it was used at @now_us. */
gboolean sign_in_store_touch(DbTransaction *transaction, const char *token_hash, gint64 now_us,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Ends it, if it is there. */
gboolean sign_in_store_remove(DbTransaction *transaction, const char *token_hash,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Ends all of @user_id except @keep_hash (nullable). */
gboolean sign_in_store_remove_of_user(DbTransaction *transaction, const char *user_id, const char *keep_hash,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Ends all that expired before @now_us or were last used before @idle_since_us. */
gboolean sign_in_store_remove_expired(DbTransaction *transaction, gint64 now_us, gint64 idle_since_us,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Frees @row (nullable). */
void sign_in_row_free(SignInRow *row);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(SignInRow, sign_in_row_free)
