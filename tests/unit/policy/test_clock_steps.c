/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/policy/clock_steps.h"

#define SECOND  ((gint64)G_USEC_PER_SEC)
#define DAY     (86400 * SECOND)
#define WALL_US (1700000000 * SECOND)

/* Looks of one clock, in order: when, and how far it is off by then. */
static void
test_steps(void)
{
  static const struct {
    gint64 steady_s, off_s, forward_s;
  } looks[] = {
      {100, 0, 0},
      {160, 1, 0},                 /* slewed */
      {220, 86401, 86400},         /* set forward by a day */
      {280, 86401, 86400},         /* and for a day nothing that was written before looks old */
      {340, 90001, 90000},         /* and by an hour more */
      {400, 86401, 86400},         /* which was wrong */
      {340 + 86399, 86401, 86400}, /* the last moment */
      {340 + 86400, 86401, 0},     /* all that is left was written after it */
      {340 + 86460, 1, 0},         /* set back: nothing looks older than it is */
      {340 + 86520, 86401, 86400},
  };
  ClockSteps steps = {0};
  for (guint i = 0; i < G_N_ELEMENTS(looks); i++) {
    gint64 steady_us = looks[i].steady_s * SECOND;
    gint64 forward_us =
        clock_steps_look(&steps, WALL_US + steady_us + looks[i].off_s * SECOND, steady_us, DAY);
    g_assert_cmpint(forward_us / SECOND, ==, looks[i].forward_s);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/policy/clock-steps", test_steps);
  return g_test_run();
}
