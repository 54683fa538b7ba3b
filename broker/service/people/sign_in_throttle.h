/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The counts of wrong guesses, in memory and bounded: policy/throttle.h says what they mean. A guess that is
 * under way counts as a wrong one till it has ended, so that many at once gain nothing.
 */
#pragma once

#include <glib.h>

/** What is guessed. Each is counted apart: a right password must not make free what wrong codes cost. */
typedef enum {
  GUESS_PASSWORD, /**< of an account, by anybody */
  GUESS_CODE,     /**< of its second factor */
  GUESS_OWN,      /**< its password by who is signed in: what strangers guess does not count */
  GUESS_OWN_CODE, /**< and a code */
  GUESS_KINDS
} GuessKind;

typedef struct {
  GuessKind kind;
  const char
      *account; /**< a name that somebody may have; with the last two the hash of the sign-in's token */
  const char *address;
} Guess;

/** How it ended. */
typedef enum {
  GUESS_WAS_RIGHT, /**< this account is free again from this address */
  GUESS_WAS_WRONG,
  GUESS_WAS_NONE /**< it did not come to it */
} GuessEnd;

typedef struct SignInThrottle SignInThrottle;

/** An empty one. */
SignInThrottle *sign_in_throttle_new(void);

/** Begins @guess at @now_us (steady time), which sign_in_throttle_end() ends; fails with
 * CARAWAY_ERROR_THROTTLED when it may not be made now. */
gboolean sign_in_throttle_begin(SignInThrottle *throttle, const Guess *guess, gint64 now_us,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Ends @guess. Returns whether any had failed before that is forgotten now. */
gboolean sign_in_throttle_end(SignInThrottle *throttle, const Guess *guess, GuessEnd end, gint64 now_us);

/** Counts a guess that was made elsewhere or before. Returns as sign_in_throttle_end(). */
gboolean sign_in_throttle_note(SignInThrottle *throttle, const Guess *guess, GuessEnd end, gint64 now_us);

/** How many guesses of the account were wrong lately, from this address. */
guint sign_in_throttle_failures(SignInThrottle *throttle, const Guess *guess, gint64 now_us);

/** Fails with CARAWAY_ERROR_THROTTLED when there are @wait_us to wait. */
gboolean sign_in_throttle_allow(gint64 wait_us, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Frees @throttle (nullable). */
void sign_in_throttle_free(SignInThrottle *throttle);
