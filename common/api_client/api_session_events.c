/* SPDX-License-Identifier: Apache-2.0 */
#include "common/api_client/api_session_events.h"

#include "common/api_client/api_event_stream.h"
#include "common/base/error.h"
#include "common/base/json.h"

#include <string.h>

#define CHUNK_BYTES       4096
#define FIRST_RETRY_MS    1000
#define LAST_RETRY_MS     15000
#define MAX_PROBLEM_BYTES (64 * 1024)

/* Counted: the owner holds one reference, each asynchronous step another. */
struct ApiSessionEvents {
  ApiClient *client;
  char *id;
  const ApiSessionWatcher *watcher;
  gpointer user_data;
  GCancellable *cancellable; /* cancelled = over: nobody is told any more */
  GSource *retry;
  guint retry_ms;
  SoupMessage *message;
  GInputStream *stream;
  ApiEventStream *parser;
  GByteArray *problem; /* the body of a refusal */
  ApiSession *last;    /* nullable; what was told last, which has the reasons when it ends */
};

static void start(ApiSessionEvents *events);
static void read_more(ApiSessionEvents *events);

static void
drop_connection(ApiSessionEvents *events)
{
  g_clear_object(&events->message);
  g_clear_object(&events->stream);
  g_clear_pointer(&events->parser, api_event_stream_free);
  g_byte_array_set_size(events->problem, 0);
}

static void
clear(ApiSessionEvents *events)
{
  drop_connection(events);
  g_clear_object(&events->client);
  g_free(events->id);
  g_clear_object(&events->cancellable);
  g_byte_array_unref(events->problem);
  api_session_free(events->last);
}

static void
release(ApiSessionEvents *events)
{
  g_rc_box_release_full(events, (GDestroyNotify)clear);
}

static gboolean
is_over(ApiSessionEvents *events)
{
  return g_cancellable_is_cancelled(events->cancellable);
}

static void
fail(ApiSessionEvents *events, const GError *error)
{
  g_cancellable_cancel(events->cancellable);
  events->watcher->failed(error, events->user_data);
}

static gboolean
on_retry(gpointer data)
{
  ApiSessionEvents *events = data;
  g_clear_pointer(&events->retry, g_source_unref);
  start(events);
  return G_SOURCE_REMOVE;
}

static void
retry_later(ApiSessionEvents *events)
{
  drop_connection(events);
  events->retry = g_timeout_source_new(events->retry_ms);
  g_source_set_callback(events->retry, on_retry, events, NULL);
  g_source_attach(events->retry, g_main_context_get_thread_default());
  events->retry_ms = MIN(events->retry_ms * 2, LAST_RETRY_MS);
}

static void
on_event(const char *name, const char *data, gpointer user_data)
{
  ApiSessionEvents *events = user_data;
  gboolean is_end = strcmp(name, "end") == 0;
  if (is_over(events) || (!is_end && strcmp(name, "session") != 0))
    return;
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonObject) object = json_parse_object(data, strlen(data), API_EVENT_MAX_BYTES, &error);
  g_autoptr(ApiSession) session = object != NULL ? api_session_from_object(object, &error) : NULL;
  events->retry_ms = FIRST_RETRY_MS;
  if (is_end) {
    g_cancellable_cancel(events->cancellable);
    events->watcher->ended(session != NULL ? session : events->last, events->user_data);
  } else if (session == NULL) {
    fail(events, error);
  } else {
    api_session_free(events->last);
    events->last = g_steal_pointer(&session);
    events->watcher->changed(events->last, events->user_data);
  }
}

/* A server that cannot answer now is asked again; one that refuses is believed. */
static void
take_refusal(ApiSessionEvents *events)
{
  if (soup_message_get_status(events->message) >= 500) {
    retry_later(events);
    return;
  }
  g_autoptr(GError) error = NULL;
  api_client_refusal(events->client, events->message, events->problem, &error);
  fail(events, error);
}

static void
take_chunk(ApiSessionEvents *events, GBytes *chunk)
{
  gsize size = 0;
  const char *bytes = g_bytes_get_data(chunk, &size);
  g_autoptr(GError) error = NULL;
  gboolean is_refusal = soup_message_get_status(events->message) != SOUP_STATUS_OK;
  if (size == 0 && is_refusal) {
    take_refusal(events);
  } else if (size == 0) {
    retry_later(events);
  } else if (is_refusal) {
    g_byte_array_append(events->problem, (const guint8 *)bytes, size);
    if (events->problem->len > MAX_PROBLEM_BYTES)
      take_refusal(events);
    else
      read_more(events);
  } else if (!api_event_stream_feed(events->parser, bytes, size, &error)) {
    fail(events, error);
  } else if (!is_over(events)) {
    read_more(events);
  }
}

static void
take_network_error(ApiSessionEvents *events, const GError *cause)
{
  g_autoptr(GError) error = NULL;
  api_client_explain(events->client, events->message, cause, &error);
  if (g_error_matches(error, CARAWAY_ERROR, CARAWAY_ERROR_UNTRUSTED))
    fail(events, error);
  else
    retry_later(events);
}

static void
on_chunk(GObject *source, GAsyncResult *result, gpointer data)
{
  ApiSessionEvents *events = data;
  g_autoptr(GError) cause = NULL;
  g_autoptr(GBytes) chunk = g_input_stream_read_bytes_finish(G_INPUT_STREAM(source), result, &cause);
  if (!is_over(events)) {
    if (chunk != NULL)
      take_chunk(events, chunk);
    else
      take_network_error(events, cause);
  }
  release(events);
}

static void
read_more(ApiSessionEvents *events)
{
  g_input_stream_read_bytes_async(events->stream, CHUNK_BYTES, G_PRIORITY_DEFAULT, events->cancellable,
                                  on_chunk, g_rc_box_acquire(events));
}

static void
on_sent(GObject *source, GAsyncResult *result, gpointer data)
{
  ApiSessionEvents *events = data;
  g_autoptr(GError) cause = NULL;
  g_autoptr(GInputStream) stream = soup_session_send_finish(SOUP_SESSION(source), result, &cause);
  if (!is_over(events)) {
    events->stream = g_steal_pointer(&stream);
    if (events->stream != NULL)
      read_more(events);
    else
      take_network_error(events, cause);
  }
  release(events);
}

static void
start(ApiSessionEvents *events)
{
  g_autoptr(ApiRequest) request = api_request_new("GET", "sessions", events->id, "events", NULL);
  events->message = api_client_new_message(events->client, request);
  events->parser = api_event_stream_new(on_event, events);
  soup_message_headers_replace(soup_message_get_request_headers(events->message), "Accept",
                               "text/event-stream");
  soup_session_send_async(api_client_get_stream_session(events->client), events->message, G_PRIORITY_DEFAULT,
                          events->cancellable, on_sent, g_rc_box_acquire(events));
}

ApiSessionEvents *
api_session_events_new(ApiClient *client, const char *id, const ApiSessionWatcher *watcher,
                       gpointer user_data)
{
  ApiSessionEvents *events = g_rc_box_new0(ApiSessionEvents);
  events->client = g_object_ref(client);
  events->id = g_strdup(id);
  events->watcher = watcher;
  events->user_data = user_data;
  events->cancellable = g_cancellable_new();
  events->problem = g_byte_array_new();
  events->retry_ms = FIRST_RETRY_MS;
  start(events);
  return events;
}

void
api_session_events_free(ApiSessionEvents *events)
{
  if (events == NULL)
    return;
  g_cancellable_cancel(events->cancellable);
  if (events->retry != NULL) {
    g_source_destroy(events->retry);
    g_clear_pointer(&events->retry, g_source_unref);
  }
  release(events);
}
