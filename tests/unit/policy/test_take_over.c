/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/policy/take_over.h"

#include "common/base/error.h"

#include <string.h>

static const struct {
  PoolTakeOver rule;
  gboolean asked;
  gboolean allowed;
  const char *part;
} cases[] = {
    {POOL_TAKE_OVER_REFUSE, FALSE, FALSE, "disconnect it there first"},
    {POOL_TAKE_OVER_REFUSE, TRUE, FALSE, "disconnect it there first"},
    {POOL_TAKE_OVER_ASK, FALSE, FALSE, "take it over"},
    {POOL_TAKE_OVER_ASK, TRUE, TRUE, NULL},
    {POOL_TAKE_OVER_TAKE, FALSE, TRUE, NULL},
    {POOL_TAKE_OVER_TAKE, TRUE, TRUE, NULL},
};

static void
test_rules(void)
{
  const Session session = {.state = SESSION_CONNECTED, .connected_from = (char *)"203.0.113.9"};
  for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    gboolean allowed = take_over_check(cases[i].rule, &session, cases[i].asked, &error);
    g_assert_cmpint(allowed, ==, cases[i].allowed);
    if (allowed) {
      g_assert_no_error(error);
      continue;
    }
    g_assert_nonnull(strstr(error->message, cases[i].part));
    g_assert_nonnull(strstr(error_get_reasons(error)[0], "203.0.113.9"));
    g_assert_cmpint(error->code, ==,
                    cases[i].rule == POOL_TAKE_OVER_REFUSE ? CARAWAY_ERROR_NO_TAKE_OVER
                                                           : CARAWAY_ERROR_IN_USE_ELSEWHERE);
  }
}

static void
test_elsewhere(void)
{
  for (int state = 0; state < SESSION_STATES; state++) {
    const Session session = {.state = (SessionState)state, .device = (char *)"desk"};
    g_assert_false(take_over_is_elsewhere(&session, "desk"));
    g_assert_cmpint(take_over_is_elsewhere(&session, "tablet"), ==, state == SESSION_CONNECTED);
  }
  const Session sent_away = {.state = SESSION_CONNECTED, .device = (char *)""};
  g_assert_false(take_over_is_elsewhere(&sent_away, "tablet"));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/take-over/rules", test_rules);
  g_test_add_func("/take-over/elsewhere", test_elsewhere);
  return g_test_run();
}
