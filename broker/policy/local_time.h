/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From clock times of a zone to instants, where the clock jumps too. Seconds since 1970 both, the local ones
 * as if the zone were UTC.
 */
#pragma once

#include <glib.h>

#define LOCAL_DAY_S 86400

/** The clock time in @zone at @instant_s. */
gint64 local_time_at(GTimeZone *zone, gint64 instant_s);

/** The first instant at which the clock in @zone shows @local_s; when it skips that, the instant of the jump.
 */
gint64 local_time_first(GTimeZone *zone, gint64 local_s);

/** The last such instant. */
gint64 local_time_last(GTimeZone *zone, gint64 local_s);
