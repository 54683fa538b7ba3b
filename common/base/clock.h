/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Time as a value that is handed in, so that tests turn the hands themselves. Two readings: wall time for
 * people and certificates, boot time (CLOCK_BOOTTIME: steady, counts suspend) for every duration and limit.
 */
#pragma once

#include <glib.h>

typedef struct Clock Clock;

struct Clock {
  gint64 (*wall_us)(const Clock *clock);     /**< microseconds since 1970 UTC */
  gint64 (*boottime_us)(const Clock *clock); /**< microseconds since an arbitrary start, never goes back */
};

/** The system's clock (static). */
const Clock *clock_system(void);

/** Wall time of @clock in microseconds since 1970 UTC. */
gint64 clock_wall_us(const Clock *clock);

/** Steady time of @clock in microseconds. */
gint64 clock_boottime_us(const Clock *clock);

/** A clock for tests that moves only when told. Embed or allocate it; @clock is its first member. */
typedef struct {
  Clock clock;
  gint64 wall_us;
  gint64 boottime_us;
} FakeClock;

/** Starts @fake at @wall_us; its steady time starts at 1 s. */
void fake_clock_init(FakeClock *fake, gint64 wall_us);

/** Moves both hands of @fake forward by @us microseconds. */
void fake_clock_advance(FakeClock *fake, gint64 us);
