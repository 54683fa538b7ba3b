/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a sign-in ends, inside a use case's transaction: with it go the consoles that it opened, what it was
 * given to open others, and its event streams, at every broker. The session and its desktop stay: their owner
 * comes back to them by another sign-in.
 */
#pragma once

#include "broker/service/work.h"

/** Ends the sign-in with @token_hash of @user_id, if it is there. */
gboolean sign_in_ending_one(Work *work, const char *user_id, const char *token_hash,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Ends all of @user_id but @keep_hash (nullable). */
gboolean sign_in_ending_all(Work *work, const char *user_id, const char *keep_hash,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
