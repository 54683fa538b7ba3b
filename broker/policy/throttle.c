/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/policy/throttle.h"

#include "broker/policy/backoff.h"

#define WAIT_LIMIT_US (60 * (gint64)G_USEC_PER_SEC)

/* Failures that cost nothing: people mistype, and many share one address. */
static const guint free_failures[THROTTLE_KINDS] = {
    [THROTTLE_PAIR] = 5, [THROTTLE_ADDRESS] = 50, [THROTTLE_ACCOUNT] = 100};

gboolean
throttle_is_over(const ThrottleState *state, gint64 now_us)
{
  return state->failures == 0 || now_us - state->last_us >= THROTTLE_FORGET_US;
}

gint64
throttle_wait_us(ThrottleKind kind, const ThrottleState *state, gint64 now_us)
{
  if (throttle_is_over(state, now_us) || state->failures <= free_failures[kind])
    return 0;
  gint64 until_us = state->last_us + backoff_wait_us(state->failures - free_failures[kind], WAIT_LIMIT_US);
  return MAX(until_us - now_us, 0);
}

ThrottleState
throttle_failed(const ThrottleState *state, gint64 now_us)
{
  guint before = throttle_is_over(state, now_us) ? 0 : state->failures;
  return (ThrottleState){.failures = MIN(before + 1, G_MAXUINT16), .last_us = now_us};
}
