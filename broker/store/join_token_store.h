/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of join tokens, by the hash of their secret.
 */
#pragma once

#include "broker/db/db.h"

/** Enters a token for @role. */
gboolean join_token_store_add(DbTransaction *transaction, const char *token_hash, const char *role,
                              gint64 expires_us, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Takes the token with @token_hash for @role out, when it is there and lives at @now_us; @ret_taken tells.
 */
gboolean join_token_store_take(DbTransaction *transaction, const char *token_hash, const char *role,
                               gint64 now_us, gboolean *ret_taken, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Deletes what expired before @now_us. */
gboolean join_token_store_remove_expired(DbTransaction *transaction, gint64 now_us,
                                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
