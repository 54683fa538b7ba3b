/* SPDX-License-Identifier: Apache-2.0 */
#include "client/model/reconnect_policy.h"

static void
test_pauses_grow_to_a_limit(void)
{
  const guint longest[] = {250, 500, 1000, 2000, 3000, 3000, 3000};
  for (guint i = 0; i < G_N_ELEMENTS(longest); i++) {
    ReconnectDecision most =
        reconnect_policy_decide(CLIENT_STATE_RECONNECTING, CARAWAY_ERROR_UNREACHABLE, i + 1, 1.0);
    ReconnectDecision least =
        reconnect_policy_decide(CLIENT_STATE_RECONNECTING, CARAWAY_ERROR_UNREACHABLE, i + 1, 0.0);
    g_assert_cmpint(most.event, ==, CLIENT_EVENT_RETRY_LATER);
    g_assert_cmpuint(most.pause_ms, ==, longest[i]);
    g_assert_cmpuint(least.pause_ms, ==, longest[i] / 2);
  }
}

static void
test_reconnecting_never_gives_up_by_itself(void)
{
  ReconnectDecision decision =
      reconnect_policy_decide(CLIENT_STATE_RECONNECTING, CARAWAY_ERROR_HOST_GONE, G_MAXUINT, 0.5);
  g_assert_cmpint(decision.event, ==, CLIENT_EVENT_RETRY_LATER);
  g_assert_cmpuint(decision.pause_ms, <=, RECONNECT_LONGEST_PAUSE_MS);
}

static void
test_opening_gives_up(void)
{
  ReconnectDecision last_but_one = reconnect_policy_decide(CLIENT_STATE_OPENING, CARAWAY_ERROR_UNREACHABLE,
                                                           RECONNECT_OPENING_ATTEMPTS - 1, 0.5);
  ReconnectDecision last = reconnect_policy_decide(CLIENT_STATE_OPENING, CARAWAY_ERROR_UNREACHABLE,
                                                   RECONNECT_OPENING_ATTEMPTS, 0.5);
  g_assert_cmpint(last_but_one.event, ==, CLIENT_EVENT_RETRY_LATER);
  g_assert_cmpint(last.event, ==, CLIENT_EVENT_OPEN_FAILED);
}

static void
test_final_codes(void)
{
  const struct {
    CarawayErrorCode code;
    ClientEvent event;
  } rows[] = {
      {CARAWAY_ERROR_IN_USE_ELSEWHERE, CLIENT_EVENT_IN_USE_ELSEWHERE},
      {CARAWAY_ERROR_DISCONNECTED, CLIENT_EVENT_OPEN_FAILED},
      {CARAWAY_ERROR_SESSION_ENDED, CLIENT_EVENT_SESSION_ENDED},
      {CARAWAY_ERROR_NOT_FOUND, CLIENT_EVENT_SESSION_ENDED},
      {CARAWAY_ERROR_UNAUTHENTICATED, CLIENT_EVENT_TOKEN_REJECTED},
      {CARAWAY_ERROR_NOT_ENTITLED, CLIENT_EVENT_OPEN_FAILED},
      {CARAWAY_ERROR_NO_TAKE_OVER, CLIENT_EVENT_OPEN_FAILED},
      {CARAWAY_ERROR_DESKTOP_LIMIT, CLIENT_EVENT_OPEN_FAILED},
      {CARAWAY_ERROR_UNTRUSTED, CLIENT_EVENT_OPEN_FAILED},
      {CARAWAY_ERROR_GRANT_EXPIRED, CLIENT_EVENT_RETRY_LATER},
      {CARAWAY_ERROR_GRANT_STALE, CLIENT_EVENT_RETRY_LATER},
      {CARAWAY_ERROR_NOT_READY, CLIENT_EVENT_RETRY_LATER},
      {CARAWAY_ERROR_OVERLOADED, CLIENT_EVENT_RETRY_LATER},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_test_message("%s", error_code_name(rows[i].code));
    g_assert_cmpint(reconnect_policy_decide(CLIENT_STATE_RECONNECTING, rows[i].code, 1, 0.5).event, ==,
                    rows[i].event);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/reconnect-policy/pauses-grow-to-a-limit", test_pauses_grow_to_a_limit);
  g_test_add_func("/reconnect-policy/never-gives-up-by-itself", test_reconnecting_never_gives_up_by_itself);
  g_test_add_func("/reconnect-policy/opening-gives-up", test_opening_gives_up);
  g_test_add_func("/reconnect-policy/final-codes", test_final_codes);
  return g_test_run();
}
