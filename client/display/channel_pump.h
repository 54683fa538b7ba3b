/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Moves the bytes of one SPICE channel between the TLS connection and spice-gtk's end of a socket pair. Each
 * direction has one buffer of CHANNEL_PUMP_BUFFER bytes and reads on only when that is written, so a slow
 * reader holds the other side back. Runs in the thread-default main context that it was made in.
 */
#pragma once

#include <gio/gio.h>

#define CHANNEL_PUMP_BUFFER (64 * 1024)

typedef struct ChannelPump ChannelPump;

/**
 * Called once when either side ended or failed; never after channel_pump_free(). @error (nullable) is NULL
 * for an orderly end. The streams are still open; what was read has been written on.
 */
typedef void (*ChannelPumpEnded)(const GError *error, gpointer user_data);

/** Starts pumping between @remote and @local (references are taken). */
ChannelPump *channel_pump_new(GIOStream *remote, GIOStream *local, ChannelPumpEnded ended,
                              gpointer user_data);

/** Stops and frees @pump (nullable); the streams close when what is under way has returned. */
void channel_pump_free(ChannelPump *pump);
