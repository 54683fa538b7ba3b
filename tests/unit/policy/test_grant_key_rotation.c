/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/policy/grant_key_rotation.h"

#define DAY_US  (24 * 3600 * (gint64)G_USEC_PER_SEC)
#define OVERLAP (600 * (gint64)G_USEC_PER_SEC)

static void
test_steps(void)
{
  static const struct {
    const char *what;
    GrantKeyFacts facts; /* but for life and overlap */
    gint64 life_us;
    GrantKeyStep step;
  } CASES[] = {
      {"the first key", {.has_current = FALSE}, 30 * DAY_US, GRANT_KEY_STEP_MAKE},
      {"no key, the next published at once", {.has_next = TRUE}, 30 * DAY_US, GRANT_KEY_STEP_SWITCH},
      {"a young key", {.has_current = TRUE, .signs_us = 30 * DAY_US - 1}, 30 * DAY_US, GRANT_KEY_STEP_WAIT},
      {"an old key", {.has_current = TRUE, .signs_us = 30 * DAY_US}, 30 * DAY_US, GRANT_KEY_STEP_MAKE},
      {"an old key that is changed by command",
       {.has_current = TRUE, .signs_us = 300 * DAY_US},
       0,
       GRANT_KEY_STEP_WAIT},
      {"a clock that was set back",
       {.has_current = TRUE, .signs_us = -DAY_US},
       30 * DAY_US,
       GRANT_KEY_STEP_WAIT},
      {"asked for", {.has_current = TRUE, .is_asked = TRUE}, 0, GRANT_KEY_STEP_MAKE},
      {"asked for twice", {.has_current = TRUE, .is_asked = TRUE, .has_next = TRUE}, 0, GRANT_KEY_STEP_WAIT},
      {"the next is not known long enough",
       {.has_current = TRUE, .has_next = TRUE, .signs_us = 99 * DAY_US, .next_known_us = OVERLAP - 1},
       30 * DAY_US,
       GRANT_KEY_STEP_WAIT},
      {"the next is known everywhere",
       {.has_current = TRUE, .has_next = TRUE, .next_known_us = OVERLAP},
       30 * DAY_US,
       GRANT_KEY_STEP_SWITCH},
  };
  for (guint i = 0; i < G_N_ELEMENTS(CASES); i++) {
    GrantKeyFacts facts = CASES[i].facts;
    facts.life_us = CASES[i].life_us;
    facts.overlap_us = OVERLAP;
    g_test_message("%s", CASES[i].what);
    g_assert_cmpint(grant_key_rotation_step(&facts), ==, CASES[i].step);
  }
}

/* Every state, held as the current key, as the next, or not; kept long enough or not. */
static void
test_states(void)
{
  static const GrantKeyState EXPECTED[][4] = {
      /* current, next, neither, neither and over */
      [GRANT_KEY_NEXT] = {GRANT_KEY_CURRENT, GRANT_KEY_NEXT, GRANT_KEY_RETIRED, GRANT_KEY_RETIRED},
      [GRANT_KEY_CURRENT] = {GRANT_KEY_CURRENT, GRANT_KEY_CURRENT, GRANT_KEY_PREVIOUS, GRANT_KEY_PREVIOUS},
      [GRANT_KEY_PREVIOUS] = {GRANT_KEY_PREVIOUS, GRANT_KEY_PREVIOUS, GRANT_KEY_PREVIOUS, GRANT_KEY_RETIRED},
      [GRANT_KEY_RETIRED] = {GRANT_KEY_RETIRED, GRANT_KEY_RETIRED, GRANT_KEY_RETIRED, GRANT_KEY_RETIRED},
      [GRANT_KEY_REVOKED] = {GRANT_KEY_REVOKED, GRANT_KEY_REVOKED, GRANT_KEY_REVOKED, GRANT_KEY_REVOKED},
  };
  for (guint state = 0; state < G_N_ELEMENTS(EXPECTED); state++)
    for (guint held = 0; held < 4; held++)
      g_assert_cmpint(grant_key_rotation_settle(state, held == 0, held == 1, held == 3), ==,
                      EXPECTED[state][held]);
}

static void
test_a_key_is_kept_till_its_last_grant_has_ended(void)
{
  gint64 least_us = GRANT_KEY_GRANT_LIFE_US + GRANT_KEY_TOLERANCE_US;
  g_assert_cmpint(grant_key_rotation_keep_us(0), ==, least_us);
  g_assert_cmpint(grant_key_rotation_keep_us(least_us + 1), ==, least_us + 1);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/grant-key-rotation/steps", test_steps);
  g_test_add_func("/grant-key-rotation/states", test_states);
  g_test_add_func("/grant-key-rotation/kept", test_a_key_is_kept_till_its_last_grant_has_ended);
  return g_test_run();
}
