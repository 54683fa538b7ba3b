/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/clock.h"

#include <time.h>

static gint64
system_wall_us(const Clock *clock)
{
  return g_get_real_time();
}

static gint64
system_boottime_us(const Clock *clock)
{
  struct timespec now;
  clock_gettime(CLOCK_BOOTTIME, &now);
  return (gint64)now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

const Clock *
clock_system(void)
{
  static const Clock clock = {system_wall_us, system_boottime_us};
  return &clock;
}

gint64
clock_wall_us(const Clock *clock)
{
  return clock->wall_us(clock);
}

gint64
clock_boottime_us(const Clock *clock)
{
  return clock->boottime_us(clock);
}

static gint64
fake_wall_us(const Clock *clock)
{
  return ((const FakeClock *)clock)->wall_us;
}

static gint64
fake_boottime_us(const Clock *clock)
{
  return ((const FakeClock *)clock)->boottime_us;
}

void
fake_clock_init(FakeClock *fake, gint64 wall_us)
{
  *fake = (FakeClock){{fake_wall_us, fake_boottime_us}, wall_us, G_USEC_PER_SEC};
}

void
fake_clock_advance(FakeClock *fake, gint64 us)
{
  fake->wall_us += us;
  fake->boottime_us += us;
}
