/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One client that listens to a session's changes by server-sent events (WHATWG HTML, 9.2). What the client
 * has not drained is never more than one event and one heartbeat: in between, only the newest state is kept.
 */
#pragma once

#include "broker/api/http/http_connection.h"
#include "broker/service/sessions/session_events.h"

typedef struct SessionStream SessionStream;

/** Subscribes to the session @id for @caller; errors of session_events_subscribe(). From a worker thread; the
 * stream belongs to the thread of @context. */
SessionStream *session_stream_open(Services *services, const Caller *caller, const char *id,
                                   GMainContext *context, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Answers the request of @connection with @head and the events, to whose end @stream belongs to it. @ended
 * is called with @user_data when the stream is over. */
void session_stream_attach(SessionStream *stream, HttpConnection *connection, const char *head, GFunc ended,
                           gpointer user_data);

/** Ends the stream (nullable) and frees it. */
void session_stream_close(SessionStream *stream);

/** The text of one event: @name, and @data, which must not have line breaks (transfer full). */
char *session_stream_event(const char *name, const char *data);
