/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Slowing down who guesses passwords. One state each is kept for an account from one address, for an address
 * and for an account; the last has much room, so that nobody can lock somebody else out from afar with little
 * effort.
 */
#pragma once

#include <glib.h>

/** After so long without a failure all is forgotten. */
#define THROTTLE_FORGET_US (15 * 60 * (gint64)G_USEC_PER_SEC)

typedef enum {
  THROTTLE_PAIR,    /**< one account from one address */
  THROTTLE_ADDRESS, /**< any account from one address */
  THROTTLE_ACCOUNT, /**< one account from anywhere */
  THROTTLE_KINDS
} ThrottleKind;

typedef struct {
  guint failures;
  gint64 last_us; /**< of the last failure, steady time */
} ThrottleState;

/** How long the next try has to wait at @now_us, in microseconds; 0: not at all. */
gint64 throttle_wait_us(ThrottleKind kind, const ThrottleState *state, gint64 now_us);

/** @state after a failed try at @now_us. */
ThrottleState throttle_failed(const ThrottleState *state, gint64 now_us);

/** Whether @state may be forgotten at @now_us. */
gboolean throttle_is_over(const ThrottleState *state, gint64 now_us);
