/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The broker's time as this host knows it: learned over the link, carried on by the steady clock, so that a
 * host's own wall clock, right or wrong, judges no grant.
 */
#pragma once

#include "common/base/clock.h"

typedef struct {
  const Clock *clock;
  gboolean is_known;
  gint64 offset_us; /* broker time minus steady time */
} BrokerClock;

/** A broker's clock that nobody has told yet; @clock must outlive it. */
void broker_clock_init(BrokerClock *broker_clock, const Clock *clock);

/** The broker's time is @broker_time_ms since 1970 now. */
void broker_clock_set(BrokerClock *broker_clock, gint64 broker_time_ms);

/** Seconds since 1970 at the broker; only when it is known. */
gint64 broker_clock_now_s(const BrokerClock *broker_clock);
