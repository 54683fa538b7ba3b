/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Server-sent events (HTML Living Standard, section 9.2.6): bytes in any pieces → events. A pure parser with
 * bounds; `id` and `retry` are ignored, since our server repeats the whole state after a reconnect.
 */
#pragma once

#include <glib.h>

#define API_EVENT_MAX_BYTES (64 * 1024) /**< of one line, and of one event's data */

typedef struct ApiEventStream ApiEventStream;

/** Called for each event: @name is "message" when the server gave none; @data has no end of line at its end.
 */
typedef void (*ApiEventFunc)(const char *name, const char *data, gpointer user_data);

/** A parser at the beginning of a stream; each event goes to @event with @user_data (transfer full). */
ApiEventStream *api_event_stream_new(ApiEventFunc event, gpointer user_data);

/**
 * Takes @size bytes at @bytes. Fails with CARAWAY_ERROR_PROTOCOL when a line or an event is too long; nothing
 * more may be fed then.
 */
gboolean api_event_stream_feed(ApiEventStream *stream, const char *bytes, gsize size,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Frees @stream (nullable). An event that was not closed by an empty line is dropped, as the standard says.
 */
void api_event_stream_free(ApiEventStream *stream);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ApiEventStream, api_event_stream_free)
