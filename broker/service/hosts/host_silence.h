/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long each host has been silent, by the steady clock: nobody loses a desktop because the wall clock was
 * set, and a broker that was away gives every host its time again. Kept in memory only, for that reason.
 */
#pragma once

#include <glib.h>

typedef struct HostSilence HostSilence;

/** Nobody is silent. */
HostSilence *host_silence_new(void);

/** How long @host has been silent at @now_us (steady time), in microseconds. The first question since it was
 * heard begins the count. */
gint64 host_silence_us(HostSilence *silence, const char *host, gint64 now_us);

/** @host was heard. */
void host_silence_end(HostSilence *silence, const char *host);

/** Frees @silence (nullable). */
void host_silence_free(HostSilence *silence);
