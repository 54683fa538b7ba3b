/* SPDX-License-Identifier: Apache-2.0 */
#include "host/relay/broker_clock.h"

void
broker_clock_init(BrokerClock *broker_clock, const Clock *clock)
{
  *broker_clock = (BrokerClock){.clock = clock};
}

void
broker_clock_set(BrokerClock *broker_clock, gint64 broker_time_ms)
{
  broker_clock->offset_us = broker_time_ms * 1000 - clock_boottime_us(broker_clock->clock);
  broker_clock->is_known = TRUE;
}

gint64
broker_clock_now_s(const BrokerClock *broker_clock)
{
  return (clock_boottime_us(broker_clock->clock) + broker_clock->offset_us) / G_USEC_PER_SEC;
}
