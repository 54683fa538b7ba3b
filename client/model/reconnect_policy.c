/* SPDX-License-Identifier: Apache-2.0 */
#include "client/model/reconnect_policy.h"

typedef struct {
  CarawayErrorCode code;
  ClientEvent event;
} Verdict;

/* Codes that another attempt cannot change. Everything else (unreachable, not ready yet, an expired grant, a
 * host that is away) is worth another one. */
static const Verdict verdicts[] = {
    {CARAWAY_ERROR_IN_USE_ELSEWHERE, CLIENT_EVENT_IN_USE_ELSEWHERE},
    {CARAWAY_ERROR_SESSION_ENDED, CLIENT_EVENT_SESSION_ENDED},
    {CARAWAY_ERROR_DISCONNECTED, CLIENT_EVENT_OPEN_FAILED},
    {CARAWAY_ERROR_NOT_FOUND, CLIENT_EVENT_SESSION_ENDED},
    {CARAWAY_ERROR_UNAUTHENTICATED, CLIENT_EVENT_TOKEN_REJECTED},
    {CARAWAY_ERROR_PASSWORD_EXPIRED, CLIENT_EVENT_TOKEN_REJECTED},
    {CARAWAY_ERROR_FORBIDDEN, CLIENT_EVENT_OPEN_FAILED},
    {CARAWAY_ERROR_NO_TAKE_OVER, CLIENT_EVENT_OPEN_FAILED},
    {CARAWAY_ERROR_DESKTOP_LIMIT, CLIENT_EVENT_OPEN_FAILED},
    {CARAWAY_ERROR_NOT_ENTITLED, CLIENT_EVENT_OPEN_FAILED},
    {CARAWAY_ERROR_UNTRUSTED, CLIENT_EVENT_OPEN_FAILED},
    {CARAWAY_ERROR_INVALID, CLIENT_EVENT_OPEN_FAILED},
    {CARAWAY_ERROR_MALFORMED, CLIENT_EVENT_OPEN_FAILED},
};

static guint
pause_after(guint attempt, double chance)
{
  guint pause_ms = RECONNECT_FIRST_PAUSE_MS;
  for (guint i = 1; i < attempt && pause_ms < RECONNECT_LONGEST_PAUSE_MS; i++)
    pause_ms *= 2;
  pause_ms = MIN(pause_ms, RECONNECT_LONGEST_PAUSE_MS);
  return pause_ms / 2 + (guint)(pause_ms / 2 * CLAMP(chance, 0.0, 1.0));
}

ReconnectDecision
reconnect_policy_decide(ClientState state, CarawayErrorCode code, guint attempt, double chance)
{
  for (gsize i = 0; i < G_N_ELEMENTS(verdicts); i++) {
    if (verdicts[i].code == code)
      return (ReconnectDecision){.event = verdicts[i].event};
  }
  if (state == CLIENT_STATE_OPENING && attempt >= RECONNECT_OPENING_ATTEMPTS)
    return (ReconnectDecision){.event = CLIENT_EVENT_OPEN_FAILED};
  return (ReconnectDecision){.event = CLIENT_EVENT_RETRY_LATER, .pause_ms = pause_after(attempt, chance)};
}
