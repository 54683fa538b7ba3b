/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How far the clock that rows carry was set forward lately: so much younger than they look are those that
 * were written before. Pure; whoever looks hands in both readings.
 */
#pragma once

#include <glib.h>

/** Begins as zeroes. */
typedef struct {
  gboolean is_known;
  gint64 offset_us;  /**< of the wall's time over steady time, when it was last looked at */
  gint64 forward_us; /**< what was set forward and not back again */
  gint64 until_us;   /**< steady time till which that matters */
} ClockSteps;

/** Notes that the wall's time is @wall_us at the steady time @steady_us; to be called every few minutes at
 * most apart. Rows are kept for @keep_us: after so long a step has no row from before. Returns what is to be
 * added to the age that rows may have. */
gint64 clock_steps_look(ClockSteps *steps, gint64 wall_us, gint64 steady_us, gint64 keep_us);
