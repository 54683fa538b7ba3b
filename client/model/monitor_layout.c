/* SPDX-License-Identifier: Apache-2.0 */
#include "client/model/monitor_layout.h"

#define SMALLEST_AREA 16

gboolean
monitor_layout_for_area(int width, int height, int scale, MonitorLayout *ret_layout)
{
  if (width < SMALLEST_AREA || height < SMALLEST_AREA || scale < 1)
    return FALSE;
  gint64 guest_width = CLAMP((gint64)width * scale, MONITOR_LAYOUT_MIN_WIDTH, MONITOR_LAYOUT_MAX_SIDE);
  gint64 guest_height = CLAMP((gint64)height * scale, MONITOR_LAYOUT_MIN_HEIGHT, MONITOR_LAYOUT_MAX_SIDE);
  ret_layout->width = (int)(guest_width - guest_width % 8);
  ret_layout->height = (int)(guest_height - guest_height % 2);
  return TRUE;
}

gboolean
monitor_layout_differs(MonitorLayout wanted, MonitorLayout current)
{
  return wanted.width != current.width || wanted.height != current.height;
}
