/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/policy/factor_window.h"

static gint64
clamp_drift(gint64 drift)
{
  return CLAMP(drift, -FACTOR_DRIFT_MAX, FACTOR_DRIFT_MAX);
}

void
factor_window_steps(gint64 now_us, gint64 drift, gint64 ret_steps[FACTOR_STEPS])
{
  gint64 middle = now_us / FACTOR_STEP_US + clamp_drift(drift);
  ret_steps[0] = middle;
  ret_steps[1] = middle - 1;
  ret_steps[2] = middle + 1;
}

gint64
factor_window_drift(gint64 now_us, gint64 step)
{
  return clamp_drift(step - now_us / FACTOR_STEP_US);
}
