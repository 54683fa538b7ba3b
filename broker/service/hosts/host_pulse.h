/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The heartbeats of the hosts whose links end here, kept in memory: when each was heard last and what it had
 * left. They are written when they matter, many hosts in one transaction, and never one by one: a beat is not
 * worth a flush of the disk. Times are steady time.
 */
#pragma once

#include "broker/model/host.h"

typedef struct HostPulse HostPulse;

/** After so long a beat is written even when nothing changed: others see who is alive. */
#define HOST_PULSE_WRITE_US (20 * (gint64)G_USEC_PER_SEC)

/** The last beat of one host. */
typedef struct {
  char *host;
  gint64 term; /**< of the link that it came over */
  HostCapacity capacity;
  gint64 heard_us;
} HostBeat;

/** No host is heard. */
HostPulse *host_pulse_new(void);

/** @host said hello with @capacity at @now_us, which is written; its link here has @term. */
void host_pulse_begin(HostPulse *pulse, const char *host, gint64 term, const HostCapacity *capacity,
                      gint64 now_us);

/**
 * A heartbeat of @host over the link of @term at @now_us. FALSE when that link was not begun here, or was
 * ended. @ret_matters: @capacity is so far from what is written that placement should know.
 */
gboolean host_pulse_beat(HostPulse *pulse, const char *host, gint64 term, const HostCapacity *capacity,
                         gint64 now_us, gboolean *ret_matters) G_GNUC_WARN_UNUSED_RESULT;

/** Sets what @host (its name says which) was heard to have left; returns when, 0 when it is not heard here.
 */
gint64 host_pulse_read(HostPulse *pulse, Host *host);

/** The beats that are to be written at @now_us: an array of HostBeat (transfer full). */
GPtrArray *host_pulse_due(HostPulse *pulse, gint64 now_us);

/** @beats (array of HostBeat) were written at @now_us. */
void host_pulse_written(HostPulse *pulse, const GPtrArray *beats, gint64 now_us);

/** The names of all that are heard here (transfer full). */
GStrv host_pulse_hosts(HostPulse *pulse);

/** @host is not heard any more over links up to @term. */
void host_pulse_end(HostPulse *pulse, const char *host, gint64 term);

/** Frees @pulse (nullable). */
void host_pulse_free(HostPulse *pulse);
