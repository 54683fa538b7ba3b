/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of sign-ins, by the hash of their token.
 */
#pragma once

#include "broker/db/db.h"

/** A sign-in and whose it is. */
typedef struct {
  char *token_hash;
  char *user_id;
  char *address;
  char *method; /**< as the audit log says it: "password", … */
  char *client; /**< what it said it is, "" when it said nothing */
  gint64 created_us;
  gint64 used_us;   /**< when its use was last written down */
  gint64 factor_us; /**< when it was proven with a second factor, 0: never */
  gint64 expires_us;
} SignInRow;

/** Enters @row, used when it was created. */
gboolean sign_in_store_add(DbTransaction *transaction, const SignInRow *row,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Notes that it was proven with a second factor at @now_us. */
gboolean sign_in_store_prove(DbTransaction *transaction, const char *token_hash, gint64 now_us,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The sign-in with @token_hash; CARAWAY_ERROR_NOT_FOUND. */
SignInRow *sign_in_store_find(DbTransaction *transaction, const char *token_hash,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Those of @user_id, last used first: an array of SignInRow (transfer full). */
GPtrArray *sign_in_store_of_user(DbTransaction *transaction, const char *user_id,
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
