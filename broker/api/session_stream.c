/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/api/session_stream.h"

#include "broker/api/connection.h"
#include "broker/api/views.h"
#include "common/base/json.h"

#include <string.h>

#define HEARTBEAT_S   15
#define STALLED_BEATS 2

struct SessionStream {
  SessionSubscription *subscription;
  Session *pending;           /* newest state that was not sent */
  SoupServerMessage *message; /* NULL before it is attached */
  gboolean on_its_way;        /* a chunk was given to the HTTP library and is not written yet */
  gboolean is_over;           /* the last event was given */
  gboolean is_cut;            /* who listened may not any more */
  guint stalled_beats;
  guint heartbeat_source;
  GFunc ended;
  gpointer user_data;
};

char *
session_stream_event(const char *name, const char *data)
{
  return g_strdup_printf("event: %s\ndata: %s\n\n", name, data);
}

static char *
session_event(const Session *session)
{
  g_autoptr(JsonBuilder) builder = json_builder_new();
  view_session(builder, session);
  g_autofree char *json = json_builder_text(builder);
  g_autofree char *event = session_stream_event("session", json);
  if (session->state != SESSION_ENDED)
    return g_steal_pointer(&event);
  g_autofree char *end = session_stream_event("end", "{}");
  return g_strconcat(event, end, NULL);
}

static void
give(SessionStream *stream, char *text)
{
  SoupMessageBody *body = soup_server_message_get_response_body(stream->message);
  soup_message_body_append_take(body, (guchar *)text, strlen(text));
  if (stream->is_over)
    soup_message_body_complete(body);
  stream->on_its_way = TRUE;
  soup_server_message_unpause(stream->message);
}

static void
flush(SessionStream *stream)
{
  if (stream->message != NULL && stream->is_cut && !stream->is_over) {
    connection_abort(connection_of(stream->message));
    return;
  }
  if (stream->message == NULL || stream->on_its_way || stream->is_over || stream->pending == NULL)
    return;
  g_autoptr(Session) session = g_steal_pointer(&stream->pending);
  stream->is_over = session->state == SESSION_ENDED;
  give(stream, session_event(session));
}

static void
on_changed(const Session *session, gpointer data)
{
  SessionStream *stream = data;
  session_free(stream->pending);
  stream->pending = session != NULL ? session_copy(session) : NULL;
  stream->is_cut = session == NULL;
  flush(stream);
}

SessionStream *
session_stream_open(Services *services, const Caller *caller, const char *id, GError **error)
{
  SessionStream *stream = g_new0(SessionStream, 1);
  stream->subscription = session_events_subscribe(services, caller, id, NULL, on_changed, stream, error);
  if (stream->subscription == NULL)
    g_clear_pointer(&stream, g_free);
  return stream;
}

static void
on_wrote_chunk(SoupServerMessage *message, gpointer data)
{
  SessionStream *stream = data;
  stream->on_its_way = FALSE;
  stream->stalled_beats = 0;
  flush(stream);
}

static gboolean
on_heartbeat(gpointer data)
{
  SessionStream *stream = data;
  if (!stream->on_its_way)
    give(stream, g_strdup(": still here\n\n"));
  else if (++stream->stalled_beats >= STALLED_BEATS)
    connection_abort(connection_of(stream->message));
  return G_SOURCE_CONTINUE;
}

static void
on_finished(SoupServerMessage *message, gpointer data)
{
  SessionStream *stream = data;
  GFunc ended = stream->ended;
  gpointer user_data = stream->user_data;
  session_stream_close(stream);
  if (ended != NULL)
    ended(stream, user_data);
}

void
session_stream_attach(SessionStream *stream, SoupServerMessage *message, GFunc ended, gpointer user_data)
{
  stream->message = g_object_ref(message);
  stream->ended = ended;
  stream->user_data = user_data;
  SoupMessageHeaders *headers = soup_server_message_get_response_headers(message);
  soup_message_headers_set_encoding(headers, SOUP_ENCODING_CHUNKED);
  soup_message_headers_set_content_type(headers, "text/event-stream", NULL);
  soup_message_headers_replace(headers, "X-Accel-Buffering", "no");
  soup_message_body_set_accumulate(soup_server_message_get_response_body(message), FALSE);
  g_signal_connect(message, "wrote-chunk", G_CALLBACK(on_wrote_chunk), stream);
  g_signal_connect(message, "finished", G_CALLBACK(on_finished), stream);
  stream->heartbeat_source = g_timeout_add_seconds(HEARTBEAT_S, on_heartbeat, stream);
  flush(stream);
}

void
session_stream_close(SessionStream *stream)
{
  if (stream == NULL)
    return;
  session_events_unsubscribe(stream->subscription);
  g_clear_handle_id(&stream->heartbeat_source, g_source_remove);
  if (stream->message != NULL)
    g_signal_handlers_disconnect_by_data(stream->message, stream);
  g_clear_object(&stream->message);
  session_free(stream->pending);
  g_free(stream);
}
