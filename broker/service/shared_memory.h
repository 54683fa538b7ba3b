/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What brokers remember for a while and share by notices, so that it counts at all of them: what went wrong
 * with a pool, and wrong guesses. Each keeps it in its own memory by its own steady clock; a broker
 * that starts knows nothing yet.
 */
#pragma once

#include "broker/service/work.h"

#define SHARED_POOL_FAILED   "pool-failed"
#define SHARED_POOL_WORKS    "pool-works"
#define SHARED_POOL_OBSTACLE "pool-obstacle"

/* Of guesses that failed and that were right, by their kind. */
#define SHARED_SIGN_IN_FAILED  "sign-in-failed"
#define SHARED_SIGN_IN_DONE    "sign-in-done"
#define SHARED_CODE_FAILED     "code-failed"
#define SHARED_CODE_DONE       "code-done"
#define SHARED_OWN_FAILED      "own-guess-failed"
#define SHARED_OWN_DONE        "own-guess-done"
#define SHARED_OWN_CODE_FAILED "own-code-failed"
#define SHARED_OWN_CODE_DONE   "own-code-done"

/** A desktop of @pool_id could not be made for @reason; others hear of it after the commit. */
void shared_memory_pool_failed(Work *work, const char *pool_id, const char *reason);

/** A desktop of @pool_id became ready. */
void shared_memory_pool_works(Work *work, const char *pool_id);

/** Why there is no place for more desktops of @pool_id (nullable: there is). */
void shared_memory_pool_obstacles(Work *work, const char *pool_id, const char *const *obstacles);

/** Begins @guess, as sign_in_throttle_begin(). */
gboolean shared_memory_guess_begin(Services *services, const Guess *guess,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Ends @guess, and tells how. Not inside a transaction, as the next one. */
void shared_memory_guess_end(Services *services, const Guess *guess, GuessEnd end);

/** Counts @guess, which was not begun, and tells it. */
void shared_memory_guess_note(Services *services, const Guess *guess, GuessEnd end);

/** Takes what another broker told on @channel: TRUE when it was for here. Does not block. */
gboolean shared_memory_take(Services *services, const char *channel, const char *payload);
