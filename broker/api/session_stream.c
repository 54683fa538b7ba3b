/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/api/session_stream.h"

#include "broker/api/views.h"
#include "common/base/json.h"

#include <string.h>

#define HEARTBEAT_S   15
#define STALLED_BEATS 2

struct SessionStream {
  SessionSubscription *subscription;
  Session *pending;           /* newest state that was not sent */
  HttpConnection *connection; /* NULL before it is attached */
  gboolean on_its_way;        /* a part was given and is not with the client yet */
  gboolean is_over;           /* the last event was given */
  gboolean is_cut;            /* who listened may not any more */
  guint stalled_beats;
  GSource *heartbeat_source; /* nullable */
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
give(SessionStream *stream, const char *text)
{
  stream->on_its_way = TRUE;
  http_connection_send(stream->connection, text, stream->is_over);
}

static void
flush(SessionStream *stream)
{
  if (stream->connection != NULL && stream->is_cut && !stream->is_over) {
    http_connection_abort(stream->connection);
    return;
  }
  if (stream->connection == NULL || stream->on_its_way || stream->is_over || stream->pending == NULL)
    return;
  g_autoptr(Session) session = g_steal_pointer(&stream->pending);
  g_autofree char *event = session_event(session);
  stream->is_over = session->state == SESSION_ENDED;
  give(stream, event);
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
session_stream_open(Services *services, const Caller *caller, const char *id, GMainContext *context,
                    GError **error)
{
  SessionStream *stream = g_new0(SessionStream, 1);
  stream->subscription = session_events_subscribe(services, caller, id, context, on_changed, stream, error);
  if (stream->subscription == NULL)
    g_clear_pointer(&stream, g_free);
  return stream;
}

static void
on_wrote(gpointer data)
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
  if (stream->is_over)
    return G_SOURCE_CONTINUE;
  if (!stream->on_its_way)
    give(stream, ": still here\n\n");
  else if (++stream->stalled_beats >= STALLED_BEATS)
    http_connection_abort(stream->connection);
  return G_SOURCE_CONTINUE;
}

static void
on_ended(gpointer data)
{
  SessionStream *stream = data;
  GFunc ended = stream->ended;
  gpointer user_data = stream->user_data;
  session_stream_close(stream);
  ended(stream, user_data);
}

static const HttpConnectionStream EVENTS = {on_wrote, on_ended};

void
session_stream_attach(SessionStream *stream, HttpConnection *connection, const char *head, GFunc ended,
                      gpointer user_data)
{
  stream->connection = http_connection_ref(connection);
  stream->ended = ended;
  stream->user_data = user_data;
  stream->on_its_way = TRUE; /* the head */
  stream->heartbeat_source = g_timeout_source_new_seconds(HEARTBEAT_S);
  g_source_set_callback(stream->heartbeat_source, on_heartbeat, stream, NULL);
  g_source_attach(stream->heartbeat_source, g_main_context_get_thread_default());
  http_connection_answer_stream(connection, head, &EVENTS, stream);
}

void
session_stream_close(SessionStream *stream)
{
  if (stream == NULL)
    return;
  session_events_unsubscribe(stream->subscription);
  if (stream->heartbeat_source != NULL)
    g_source_destroy(stream->heartbeat_source);
  g_clear_pointer(&stream->heartbeat_source, g_source_unref);
  g_clear_pointer(&stream->connection, http_connection_unref);
  session_free(stream->pending);
  g_free(stream);
}
