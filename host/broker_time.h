/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The broker's time as this host knows it: learned over the link, carried on by the steady clock, and kept on
 * disk for as long as the machine is not rebooted. Grants are judged by it, never by the host's own wall
 * clock.
 */
#pragma once

#include "common/base/clock.h"

typedef struct {
  const Clock *clock;
  gboolean is_known;
  gint64 offset_us; /**< broker's time minus steady time */
} BrokerTime;

/** A time that is not known yet. */
void broker_time_init(BrokerTime *time, const Clock *clock);

/** Reads from the file @path what broker_time_text() made in this boot, if it did. */
void broker_time_load(BrokerTime *time, const char *path);

/** The broker says that it is @broker_time_ms since 1970. */
void broker_time_set(BrokerTime *time, gint64 broker_time_ms);

/** The broker's time in ms since 1970; 0 when it is not known. */
gint64 broker_time_now_ms(const BrokerTime *time);

/** What to keep on disk (transfer full). */
char *broker_time_text(const BrokerTime *time);
