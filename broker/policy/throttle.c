/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/policy/throttle.h"

#include "broker/policy/backoff.h"

#include <arpa/inet.h>
#include <string.h>

#define WAIT_LIMIT_US (60 * (gint64)G_USEC_PER_SEC)

/* Failures that cost nothing: people mistype, and many share one address. */
static const guint free_failures[THROTTLE_KINDS] = {[THROTTLE_PAIR] = 5,
                                                    [THROTTLE_ADDRESS] = 50,
                                                    [THROTTLE_ACCOUNT] = 100,
                                                    [THROTTLE_DEVICE] = 5,
                                                    [THROTTLE_OWN] = 5};

#define NETWORK_BYTES 8

/* An address of IPv4 that is written as one of IPv6 is what it is. */
char *
throttle_network(const char *address)
{
  static const guint8 MAPPED[12] = {[10] = 0xff, [11] = 0xff};
  guint8 bytes[16];
  char text[INET6_ADDRSTRLEN];
  if (inet_pton(AF_INET6, address, bytes) != 1)
    return g_strdup(address);
  if (memcmp(bytes, MAPPED, sizeof MAPPED) == 0)
    return g_strdup(inet_ntop(AF_INET, bytes + sizeof MAPPED, text, sizeof text));
  memset(bytes + NETWORK_BYTES, 0, sizeof bytes - NETWORK_BYTES);
  return g_strdup(inet_ntop(AF_INET6, bytes, text, sizeof text));
}

gboolean
throttle_is_over(const ThrottleState *state, gint64 now_us)
{
  return state->failures == 0 || now_us - state->last_us >= THROTTLE_FORGET_US ||
         state->last_us - now_us > THROTTLE_AHEAD_US;
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
