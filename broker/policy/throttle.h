/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Slowing down who guesses passwords, without letting anybody lock somebody else out. Who brings the token of
 * a device that the account's owner signed in with before is slowed by that token's own failures alone,
 * whatever others do; who is signed in, by what that sign-in tried. For all others one state each is kept for
 * an account from one network, for a network, and for an account, which slows guesses that come from many
 * places.
 */
#pragma once

#include <glib.h>

/** After so long without a failure all is forgotten. */
#define THROTTLE_FORGET_US (15 * 60 * (gint64)G_USEC_PER_SEC)

/** A failure that is further ahead than this was written before a clock was set back, and is forgotten. */
#define THROTTLE_AHEAD_US (60 * (gint64)G_USEC_PER_SEC)

typedef enum {
  THROTTLE_PAIR,    /**< one account from one network */
  THROTTLE_ADDRESS, /**< any account from one network */
  THROTTLE_ACCOUNT, /**< one account from anywhere */
  THROTTLE_DEVICE,  /**< one account from one known device */
  THROTTLE_OWN,     /**< one sign-in's owner, who acts on the account that it is of */
  THROTTLE_KINDS
} ThrottleKind;

typedef struct {
  guint failures;
  gint64 last_us; /**< of the last failure, steady time */
} ThrottleState;

/** The first kinds, up to here, are those of who is not known. */
#define THROTTLE_STRANGER_KINDS THROTTLE_DEVICE

/** What counts as one place: @address itself, of IPv6 the network of 64 bits that one customer has (transfer
 * full). */
char *throttle_network(const char *address);

/** How long the next try has to wait at @now_us, in microseconds; 0: not at all. */
gint64 throttle_wait_us(ThrottleKind kind, const ThrottleState *state, gint64 now_us);

/** @state after a failed try at @now_us. */
ThrottleState throttle_failed(const ThrottleState *state, gint64 now_us);

/** Whether @state may be forgotten at @now_us. */
gboolean throttle_is_over(const ThrottleState *state, gint64 now_us);
