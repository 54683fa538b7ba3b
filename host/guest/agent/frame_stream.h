/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A descriptor that carries the frames of the guest protocol, on the main loop: reads without blocking, keeps
 * what cannot be written yet up to a bound. Used for the virtio-serial port and for the sockets between the
 * service and the helper in the session.
 */
#pragma once

#include "common/wire/guest_message.h"

typedef struct FrameStream FrameStream;

typedef struct {
  /** A message came; it is borrowed for the call, which may free the stream only from an idle source. */
  void (*on_message)(FrameStream *stream, const GuestMessage *message, gpointer user_data);
  /** The peer went away or broke the protocol; nothing comes from @stream any more. */
  void (*on_closed)(FrameStream *stream, gpointer user_data);
} FrameStreamEvents;

/**
 * Takes @fd (transfer full), which must be non-blocking. @direction is that of what is read. @events is
 * static.
 */
FrameStream *frame_stream_new(int fd, GuestDirection direction, const FrameStreamEvents *events,
                              gpointer user_data);

/** Sends @message; drops it with a warning when it does not fit the protocol, or nobody has read for long. */
void frame_stream_send(FrameStream *stream, const GuestMessage *message);

/** Closes and frees @stream (nullable). */
void frame_stream_free(FrameStream *stream);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(FrameStream, frame_stream_free)
