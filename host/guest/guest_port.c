/* SPDX-License-Identifier: Apache-2.0 */
#include "host/guest/guest_port.h"

#include "common/base/error.h"
#include "common/base/log.h"
#include "host/guest/guest_requests.h"
#include "host/guest/held_message.h"

#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <string.h>

#define RETRY_MS          500
#define TELL_MS           100
#define READ_SIZE         4096
#define WINDOW_US         G_USEC_PER_SEC
#define MAX_IN_WINDOW     200 /* messages; a guest that says more is read again in the next second */
#define MAX_QUEUED_FRAMES 64

struct GuestPort {
  char *path;
  GuestPortChanged changed;
  gpointer user_data;
  GuestState state;
  GCancellable *cancellable;
  GSocketConnection *connection; /* NULL while there is none */
  GuestFrameReader *reader;
  GuestRequests *requests;
  HeldMessage *held;
  GQueue *frames; /* GBytes to write; the head is being written */
  gboolean is_writing;
  guint retry_source, tell_source, pause_source;
  gint64 window_start_us;
  guint in_window;
  guint8 buffer[READ_SIZE];
};

static void connect_soon(GuestPort *port);
static void read_more(GuestPort *port);
static void write_next(GuestPort *port);

static gboolean
on_tell(gpointer data)
{
  GuestPort *port = data;
  port->tell_source = 0;
  port->changed(&port->state, port->user_data);
  return G_SOURCE_REMOVE;
}

static void
tell_soon(GuestPort *port)
{
  if (port->tell_source == 0)
    port->tell_source = g_timeout_add(TELL_MS, on_tell, port);
}

static void
forget_state(GuestPort *port)
{
  g_clear_pointer(&port->state.user, g_free);
  port->state = (GuestState){0};
}

static void
send_frame(GuestPort *port, const GuestMessage *message)
{
  g_autoptr(GError) error = NULL;
  GBytes *frame = guest_message_to_frame(message, &error);
  if (frame == NULL) {
    log_warning("a message to a guest is left out: %s", error->message);
    return;
  }
  if (g_queue_get_length(port->frames) >= MAX_QUEUED_FRAMES) {
    g_bytes_unref(frame); /* it reads nothing: the request times out and says so */
    return;
  }
  g_queue_push_tail(port->frames, frame);
  write_next(port);
}

static void
say_hello(GuestPort *port)
{
  const GuestMessage hello = {.type = GUEST_MESSAGE_HELLO, .version = GUEST_PROTOCOL_VERSION};
  send_frame(port, &hello);
}

static void
drop_connection(GuestPort *port)
{
  /* What is on its way on the old connection ends as cancelled and touches nothing of ours any more. */
  g_cancellable_cancel(port->cancellable);
  g_object_unref(port->cancellable);
  port->cancellable = g_cancellable_new();
  g_clear_object(&port->connection);
  guest_frame_reader_reset(port->reader);
  g_queue_clear_full(port->frames, (GDestroyNotify)g_bytes_unref);
  port->is_writing = FALSE;
  forget_state(port);
  tell_soon(port);
  connect_soon(port);
}

static void
on_written(GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr(GError) error = NULL;
  gboolean done = g_output_stream_write_all_finish(G_OUTPUT_STREAM(source), result, NULL, &error);
  if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return; /* the port or this connection of it is gone */
  GuestPort *port = data;
  port->is_writing = FALSE;
  g_bytes_unref(g_queue_pop_head(port->frames));
  if (done)
    write_next(port);
  else
    drop_connection(port);
}

static void
write_next(GuestPort *port)
{
  GBytes *frame = g_queue_peek_head(port->frames);
  if (frame == NULL || port->is_writing || port->connection == NULL)
    return;
  port->is_writing = TRUE;
  gsize size = 0;
  const void *bytes = g_bytes_get_data(frame, &size);
  g_output_stream_write_all_async(g_io_stream_get_output_stream(G_IO_STREAM(port->connection)), bytes, size,
                                  G_PRIORITY_DEFAULT, port->cancellable, on_written, port);
}

static void
send_request(GuestPort *port, const GuestMessage *message, GuestPortDone done, gpointer user_data)
{
  GuestMessage numbered = *message;
  numbered.request = guest_requests_add(port->requests, done, user_data);
  send_frame(port, &numbered);
}

static void
send_held(GuestPort *port)
{
  GuestPortDone done;
  gpointer user_data;
  g_autoptr(GuestMessage) message = held_message_take(port->held, &done, &user_data);
  if (message != NULL)
    send_request(port, message, done, user_data);
}

static void
take_message(GuestPort *port, const GuestMessage *message)
{
  GuestState *state = &port->state;
  switch (message->type) {
  case GUEST_MESSAGE_HELLO:
    if (!state->has_answered)
      log_debug("guest agent %s", message->agent_version != NULL ? message->agent_version : "");
    state->has_answered = TRUE;
    break;
  case GUEST_MESSAGE_READY:
    state->has_answered = state->is_ready = TRUE;
    send_held(port);
    break;
  case GUEST_MESSAGE_SESSION:
    g_free(state->user);
    state->user = g_strdup(message->user);
    break;
  case GUEST_MESSAGE_IDLE:
    state->idle_ms = message->idle_ms;
    break;
  case GUEST_MESSAGE_LOCKED:
    state->is_locked = message->is_locked;
    break;
  case GUEST_MESSAGE_RESULT:
    guest_requests_answer(port->requests, message->request, message->is_ok, message->detail);
    return;
  default:
    return;
  }
  tell_soon(port);
}

/* Takes the frames that are there; FALSE when the stream is lost. */
static gboolean
take_frames(GuestPort *port)
{
  const char *body = NULL;
  gsize size = 0;
  GuestFrameResult result;
  while ((result = guest_frame_reader_next(port->reader, &body, &size)) == GUEST_FRAME_DONE) {
    g_autoptr(GError) error = NULL;
    g_autoptr(GuestMessage) message = guest_message_parse(body, size, GUEST_TO_HOST, &error);
    if (message == NULL)
      log_debug("a guest said something wrong: %s", error->message);
    else
      take_message(port, message);
    port->in_window++;
  }
  return result == GUEST_FRAME_NEED_MORE;
}

static gboolean
on_pause_over(gpointer data)
{
  GuestPort *port = data;
  port->pause_source = 0;
  read_more(port);
  return G_SOURCE_REMOVE;
}

static void
read_or_pause(GuestPort *port)
{
  gint64 now = g_get_monotonic_time();
  if (now - port->window_start_us >= WINDOW_US) {
    port->window_start_us = now;
    port->in_window = 0;
  }
  if (port->in_window < MAX_IN_WINDOW)
    read_more(port);
  else if (port->pause_source == 0)
    port->pause_source = g_timeout_add(WINDOW_US / 1000, on_pause_over, port);
}

static void
on_read(GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr(GError) error = NULL;
  gssize count = g_input_stream_read_finish(G_INPUT_STREAM(source), result, &error);
  if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  GuestPort *port = data;
  if (count > 0) {
    guest_frame_reader_push(port->reader, port->buffer, (gsize)count);
    if (take_frames(port)) {
      read_or_pause(port);
      return;
    }
    log_warning("a guest's port lost its framing; opening it anew");
  }
  drop_connection(port);
}

static void
read_more(GuestPort *port)
{
  if (port->connection == NULL)
    return;
  g_input_stream_read_async(g_io_stream_get_input_stream(G_IO_STREAM(port->connection)), port->buffer,
                            sizeof port->buffer, G_PRIORITY_DEFAULT, port->cancellable, on_read, port);
}

static void
on_connected(GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr(GError) error = NULL;
  GSocketConnection *connection = g_socket_client_connect_finish(G_SOCKET_CLIENT(source), result, &error);
  if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  GuestPort *port = data;
  if (connection == NULL) {
    connect_soon(port);
    return;
  }
  port->connection = connection;
  say_hello(port);
  read_more(port);
}

static gboolean
on_retry(gpointer data)
{
  GuestPort *port = data;
  port->retry_source = 0;
  g_autoptr(GSocketClient) client = g_socket_client_new();
  g_socket_client_set_enable_proxy(client, FALSE);
  g_autoptr(GSocketAddress) address = g_unix_socket_address_new(port->path);
  g_socket_client_connect_async(client, G_SOCKET_CONNECTABLE(address), port->cancellable, on_connected, port);
  return G_SOURCE_REMOVE;
}

static void
connect_soon(GuestPort *port)
{
  if (port->retry_source == 0)
    port->retry_source = g_timeout_add(RETRY_MS, on_retry, port);
}

GuestPort *
guest_port_new(const char *path, GuestPortChanged changed, gpointer user_data)
{
  GuestPort *port = g_new0(GuestPort, 1);
  port->path = g_strdup(path);
  port->changed = changed;
  port->user_data = user_data;
  port->cancellable = g_cancellable_new();
  port->reader = guest_frame_reader_new();
  port->requests = guest_requests_new();
  port->held = held_message_new();
  port->frames = g_queue_new();
  port->retry_source = g_idle_add(on_retry, port);
  return port;
}

const GuestState *
guest_port_state(const GuestPort *port)
{
  return &port->state;
}

void
guest_port_restart(GuestPort *port)
{
  forget_state(port);
  tell_soon(port);
  if (port->connection != NULL)
    say_hello(port);
}

void
guest_port_request(GuestPort *port, const GuestMessage *message, GuestPortDone done, gpointer user_data)
{
  if (!port->state.has_answered && message->type == GUEST_MESSAGE_MESSAGE) {
    held_message_keep(port->held, message, done, user_data);
    return;
  }
  if (!port->state.has_answered) {
    g_autoptr(GError) error = g_error_new(CARAWAY_ERROR, CARAWAY_ERROR_NOT_READY,
                                          "The desktop's agent does not answer; wait until it is up.");
    done(error, user_data);
    return;
  }
  send_request(port, message, done, user_data);
}

static void
remove_source(guint *source)
{
  if (*source != 0)
    g_source_remove(*source);
  *source = 0;
}

void
guest_port_free(GuestPort *port)
{
  if (port == NULL)
    return;
  g_cancellable_cancel(port->cancellable);
  remove_source(&port->retry_source);
  remove_source(&port->tell_source);
  remove_source(&port->pause_source);
  held_message_free(port->held);
  guest_requests_free(port->requests);
  g_queue_free_full(port->frames, (GDestroyNotify)g_bytes_unref);
  g_clear_object(&port->connection);
  guest_frame_reader_free(port->reader);
  g_object_unref(port->cancellable);
  forget_state(port);
  g_free(port->path);
  g_free(port);
}
