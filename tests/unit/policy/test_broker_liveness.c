/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/policy/broker_liveness.h"

#define MS ((gint64)1000)

/* Looks at a broker whose beat goes as @beats say, every @step_us; whether it is dead in the end. */
static gboolean
is_dead_after(const gint64 *beats, guint count, gint64 step_us)
{
  BrokerLiveness liveness = {0};
  for (guint i = 0; i < count; i++)
    liveness = broker_liveness_look(&liveness, beats[i], 1 + (gint64)i * step_us);
  return broker_liveness_is_dead(&liveness);
}

static void
test_changing_beat_lives(void)
{
  const gint64 beats[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  g_assert_false(is_dead_after(beats, G_N_ELEMENTS(beats), 1000 * MS));
}

static void
test_resting_beat_is_dead_in_the_end(void)
{
  const gint64 beats[] = {7, 7, 7, 7, 7, 7};
  g_assert_false(is_dead_after(beats, 1, 1000 * MS)); /* whoever is seen first may live */
  g_assert_false(is_dead_after(beats, 5, 1000 * MS));
  g_assert_true(is_dead_after(beats, 6, 1000 * MS));
}

static void
test_any_change_is_life(void)
{
  const gint64 beats[] = {7, 7, 7, 7, 7, 3};
  g_assert_false(is_dead_after(beats, G_N_ELEMENTS(beats), 1000 * MS));
}

/* An observer that was stopped, or whose database was away, judges nobody by that time. */
static void
test_observer_that_was_away_begins_anew(void)
{
  const gint64 beats[] = {7, 7, 7};
  g_assert_false(is_dead_after(beats, G_N_ELEMENTS(beats), 60 * 1000 * MS));
  BrokerLiveness liveness = {0};
  for (gint64 now_us = 1; now_us < 4500 * MS; now_us += 500 * MS)
    liveness = broker_liveness_look(&liveness, 7, now_us);
  liveness = broker_liveness_look(&liveness, 7, 60 * 1000 * MS);
  g_assert_false(broker_liveness_is_dead(&liveness));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/broker-liveness/lives", test_changing_beat_lives);
  g_test_add_func("/broker-liveness/dead", test_resting_beat_is_dead_in_the_end);
  g_test_add_func("/broker-liveness/any-change", test_any_change_is_life);
  g_test_add_func("/broker-liveness/observer-away", test_observer_that_was_away_begins_anew);
  return g_test_run();
}
