/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/policy/factor_window.h"

#define NOW_STEP 1000000

static gint64
at(gint64 step)
{
  return step * FACTOR_STEP_US + FACTOR_STEP_US / 2;
}

static gboolean
is_in_window(gint64 drift, gint64 step)
{
  gint64 steps[FACTOR_STEPS];
  factor_window_steps(at(NOW_STEP), drift, steps);
  for (guint i = 0; i < FACTOR_STEPS; i++)
    if (steps[i] == step)
      return TRUE;
  return FALSE;
}

static void
test_one_step_around(void)
{
  for (gint64 off = -5; off <= 5; off++)
    g_assert_cmpint(is_in_window(0, NOW_STEP + off), ==, off >= -1 && off <= 1);
}

/* Whose clock runs away by less than a step between two sign-ins is followed, but not without end. */
static void
test_drift_is_followed_within_a_bound(void)
{
  gint64 drift = 0;
  for (guint sign_ins = 0; sign_ins < 20; sign_ins++) {
    gint64 ahead = MIN((gint64)sign_ins, FACTOR_DRIFT_MAX + 1);
    g_assert_true(is_in_window(drift, NOW_STEP + ahead));
    drift = factor_window_drift(at(NOW_STEP), NOW_STEP + ahead);
    g_assert_cmpint(drift, <=, FACTOR_DRIFT_MAX);
  }
  g_assert_false(is_in_window(drift, NOW_STEP + FACTOR_DRIFT_MAX + 2));
  g_assert_false(is_in_window(1000, NOW_STEP + FACTOR_DRIFT_MAX + 2)); /* whatever the database says */
  g_assert_cmpint(factor_window_drift(at(NOW_STEP), NOW_STEP - 50), ==, -FACTOR_DRIFT_MAX);
}

static void
test_edges_of_a_step(void)
{
  gint64 steps[FACTOR_STEPS];
  factor_window_steps(NOW_STEP * FACTOR_STEP_US, 0, steps);
  g_assert_cmpint(steps[0], ==, NOW_STEP);
  factor_window_steps(NOW_STEP * FACTOR_STEP_US - 1, 0, steps);
  g_assert_cmpint(steps[0], ==, NOW_STEP - 1);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/factor-window/one-step-around", test_one_step_around);
  g_test_add_func("/factor-window/drift", test_drift_is_followed_within_a_bound);
  g_test_add_func("/factor-window/edges", test_edges_of_a_step);
  return g_test_run();
}
