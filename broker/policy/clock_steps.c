/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/policy/clock_steps.h"

/* What a clock is slewed by between two looks is no step. */
#define STEP_US (5 * (gint64)G_USEC_PER_SEC)

gint64
clock_steps_look(ClockSteps *steps, gint64 wall_us, gint64 steady_us, gint64 keep_us)
{
  gint64 offset_us = wall_us - steady_us;
  gint64 step_us = steps->is_known ? offset_us - steps->offset_us : 0;
  steps->is_known = TRUE;
  steps->offset_us = offset_us;
  if (steady_us >= steps->until_us)
    steps->forward_us = 0;
  if (ABS(step_us) >= STEP_US)
    steps->forward_us = MAX(steps->forward_us + step_us, 0);
  if (step_us >= STEP_US)
    steps->until_us = steady_us + keep_us;
  return steps->forward_us;
}
