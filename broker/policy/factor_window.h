/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which codes count at an instant (RFC 6238, sections 5.2 and 6): those of the time step that the owner's
 * clock is believed to be in, and of the one before and after it. By how much that clock is off is remembered
 * from code to code, within a bound. That no step counts twice is held by second_factor_store_take().
 */
#pragma once

#include <glib.h>

#define FACTOR_STEP_US   (30 * (gint64)G_USEC_PER_SEC)
#define FACTOR_STEPS     3 /**< candidates at any instant */
#define FACTOR_DRIFT_MAX 4 /**< steps that a clock may be believed to be off: two minutes */

/** The steps whose codes may be taken at @now_us, the likeliest first. @drift: what is remembered. */
void factor_window_steps(gint64 now_us, gint64 drift, gint64 ret_steps[FACTOR_STEPS]);

/** What to remember after the code of @step was taken at @now_us. */
gint64 factor_window_drift(gint64 now_us, gint64 step);
