/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The second factor of an account as it is stored: a secret that its owner's authenticator app shares (RFC
 * 6238), sealed; and how a sign-in stands to it.
 */
#pragma once

#include "broker/model/user.h"

#define RECOVERY_CODES 10

/** What is kept of an account's second factor. */
typedef struct {
  char *sealed;     /**< the secret that counts, "" when there is none */
  gint64 since_us;  /**< when that was confirmed */
  gint64 last_step; /**< of the newest code that was taken; an older one never is */
  gint64 drift;     /**< by how many steps the owner's clock was ahead then */
  char *draft;      /**< a secret that waits for its first code, "" when there is none */
  gint64 draft_us;  /**< when that was made */
} SecondFactor;

/** How a sign-in stands to the second factor of its account. */
typedef enum {
  FACTOR_STANDING_NONE,      /**< there is none, and none is asked for */
  FACTOR_STANDING_PROVEN,    /**< it was proven when the sign-in began, or since */
  FACTOR_STANDING_CODE,      /**< a code is still to come; nothing else is let through */
  FACTOR_STANDING_ENROLMENT, /**< it has to be set up first; nothing else is let through */
} FactorStanding;

/** How a sign-in of @user stands that was proven with a second factor at @factor_us, 0: never. */
FactorStanding factor_standing(const User *user, gint64 factor_us);

/** The stable name of @standing, e.g. "code-required" (static). */
const char *factor_standing_name(FactorStanding standing);

/** Whether a sign-in that stands so is not to be counted as signed in. */
gboolean factor_standing_is_pending(FactorStanding standing);

/** Frees @factor (nullable). */
void second_factor_free(SecondFactor *factor);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(SecondFactor, second_factor_free)
