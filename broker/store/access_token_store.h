/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of access tokens, by the hash of their text.
 */
#pragma once

#include "broker/db/db.h"
#include "broker/model/access_token.h"

/** Enters @token. CARAWAY_ERROR_CONFLICT when the account has one of that name. */
gboolean access_token_store_add(DbTransaction *transaction, const AccessToken *token,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The token with @token_hash; CARAWAY_ERROR_NOT_FOUND. */
AccessToken *access_token_store_find(DbTransaction *transaction, const char *token_hash,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Those of @user_id by name: an array of AccessToken (transfer full). */
GPtrArray *access_token_store_of_user(DbTransaction *transaction, const char *user_id,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Notes that the one with @token_hash was used from @address at @now_us. */
gboolean access_token_store_touch(DbTransaction *transaction, const char *token_hash, const char *address,
                                  gint64 now_us, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Deletes the one with @token_hash, if it is there. */
gboolean access_token_store_remove(DbTransaction *transaction, const char *token_hash,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Deletes what expired before @before_us. */
gboolean access_token_store_remove_expired(DbTransaction *transaction, gint64 before_us,
                                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Sets @ret_lives to whether @token_hash is that of an access token or of a sign-in. */
gboolean access_token_store_device_lives(DbTransaction *transaction, const char *token_hash,
                                         gboolean *ret_lives, GError **error) G_GNUC_WARN_UNUSED_RESULT;
