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

/** How long @host, whose last link was of @term, has been silent at @now_us (steady time), in microseconds.
 * The first question since it was heard begins the count; that a link with a higher term was opened and broke
 * in between counts as having heard it, also when nobody told so. */
gint64 host_silence_us(HostSilence *silence, const char *host, gint64 term, gint64 now_us);

/** @host was heard. */
void host_silence_end(HostSilence *silence, const char *host);

/** Frees @silence (nullable). */
void host_silence_free(HostSilence *silence);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(HostSilence, host_silence_free)
