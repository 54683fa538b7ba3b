/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One client that listens to a session's changes by server-sent events (WHATWG HTML, 9.2). What the client
 * has not drained is never more than one event and one heartbeat: in between, only the newest state is kept.
 */
#pragma once

#include "broker/service/sessions/session_events.h"

#include <libsoup/soup.h>

typedef struct SessionStream SessionStream;

/** Subscribes to the session @id for @caller; errors of session_events_subscribe(). From a worker thread. */
SessionStream *session_stream_open(Services *services, const Caller *caller, const char *id,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Starts answering @message with the events, to whose end @stream belongs to it. @ended (nullable) is called
 * with
 * @user_data when the stream is over. Main loop only. */
void session_stream_attach(SessionStream *stream, SoupServerMessage *message, GFunc ended,
                           gpointer user_data);

/** Ends the stream (nullable) and frees it. Main loop only. */
void session_stream_close(SessionStream *stream);

/** The text of one event: @name, and @data, which must not have line breaks (transfer full). */
char *session_stream_event(const char *name, const char *data);
