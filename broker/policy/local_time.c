/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/policy/local_time.h"

static gint64
offset_at(GTimeZone *zone, gint64 instant_s)
{
  return g_time_zone_get_offset(zone, g_time_zone_find_interval(zone, G_TIME_TYPE_UNIVERSAL, instant_s));
}

gint64
local_time_at(GTimeZone *zone, gint64 instant_s)
{
  return instant_s + offset_at(zone, instant_s);
}

/* The instant between @low and @high at which the offset stops being that of @low. */
static gint64
find_jump(GTimeZone *zone, gint64 low, gint64 high)
{
  gint64 before = offset_at(zone, low);
  while (high - low > 1) {
    gint64 middle = low + (high - low) / 2;
    if (offset_at(zone, middle) == before)
      low = middle;
    else
      high = middle;
  }
  return high;
}

/* The offsets a day before and after are the only candidates: no zone jumps twice within two days. */
static gint64
find_instant(GTimeZone *zone, gint64 local_s, gboolean last)
{
  gint64 low = local_s - LOCAL_DAY_S, high = local_s + LOCAL_DAY_S;
  gint64 by_old = local_s - offset_at(zone, low), by_new = local_s - offset_at(zone, high);
  gboolean old_fits = local_time_at(zone, by_old) == local_s;
  gboolean new_fits = local_time_at(zone, by_new) == local_s;
  if (old_fits && new_fits)
    return last ? MAX(by_old, by_new) : MIN(by_old, by_new);
  if (old_fits || new_fits)
    return old_fits ? by_old : by_new;
  return find_jump(zone, low, high);
}

gint64
local_time_first(GTimeZone *zone, gint64 local_s)
{
  return find_instant(zone, local_s, FALSE);
}

gint64
local_time_last(GTimeZone *zone, gint64 local_s)
{
  return find_instant(zone, local_s, TRUE);
}
