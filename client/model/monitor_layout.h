/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the size of the window's picture to the monitor that the guest is asked for. Pure. One desktop monitor
 * per window.
 */
#pragma once

#include <glib.h>

#define MONITOR_LAYOUT_MIN_WIDTH  320
#define MONITOR_LAYOUT_MIN_HEIGHT 200
#define MONITOR_LAYOUT_MAX_SIDE   8192

typedef struct {
  int width, height; /**< guest pixels */
} MonitorLayout;

/**
 * The monitor for a picture area of @width × @height logical pixels on a screen with @scale device pixels per
 * logical one: device pixels, an even height, a width that is a multiple of 8 (what X drivers make modes of),
 * within the limits above. FALSE when the area is too small to mean anything (a window that is not laid out
 * yet).
 */
gboolean monitor_layout_for_area(int width, int height, int scale,
                                 MonitorLayout *ret_layout) G_GNUC_WARN_UNUSED_RESULT;

/** Whether the guest has to be asked: @wanted differs from @current, what was asked for last (0 × 0:
 * nothing). */
gboolean monitor_layout_differs(MonitorLayout wanted, MonitorLayout current);
