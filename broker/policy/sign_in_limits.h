/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long a sign-in holds: till it has rested too long, or is too old. Those who may do much have shorter
 * limits, and from the moment that they may, whenever they signed in.
 */
#pragma once

#include <glib.h>

/** An account has at most so many sign-ins at once; beyond that the one ends that has rested longest, so that
 * nobody is kept out by those that were forgotten. */
#define SIGN_IN_LIMITS_MAX_OF_ACCOUNT 100

/** Of one kind of account. */
typedef struct {
  gint64 idle_us;
  gint64 lifetime_us;
} SignInLimit;

typedef struct {
  SignInLimit user;
  SignInLimit administrator;
} SignInLimits;

/** When a sign-in of @created_us ends at the latest that was given till @expires_us. */
gint64 sign_in_limits_end_us(const SignInLimits *limits, gboolean administrator, gint64 created_us,
                             gint64 expires_us);

/** Whether one that was last used at @used_us and ends at @end_us still holds at @now_us. */
gboolean sign_in_limits_hold(const SignInLimits *limits, gboolean administrator, gint64 used_us,
                             gint64 end_us, gint64 now_us);

/** The longest that any sign-in may rest. */
gint64 sign_in_limits_longest_idle_us(const SignInLimits *limits);
