/* SPDX-License-Identifier: Apache-2.0 */
#include "host/guest/agent/frame_stream.h"

#include "common/base/log.h"

#include <errno.h>
#include <glib-unix.h>
#include <unistd.h>

#define READ_BYTES       4096
#define MAX_QUEUED_BYTES (4 * GUEST_FRAME_MAX_BYTES)

struct FrameStream {
  int fd;
  GuestDirection direction;
  const FrameStreamEvents *events;
  gpointer user_data;
  GuestFrameReader *reader;
  GByteArray *queue;
  guint read_source;
  guint write_source;
};

static void
report_closed(FrameStream *stream)
{
  g_clear_handle_id(&stream->read_source, g_source_remove);
  g_clear_handle_id(&stream->write_source, g_source_remove);
  stream->events->on_closed(stream, stream->user_data);
}

static gboolean
take_frames(FrameStream *stream)
{
  const char *body;
  gsize size;
  GuestFrameResult result;
  while ((result = guest_frame_reader_next(stream->reader, &body, &size)) == GUEST_FRAME_DONE) {
    g_autoptr(GError) error = NULL;
    g_autoptr(GuestMessage) message = guest_message_parse(body, size, stream->direction, &error);
    if (message == NULL) {
      log_warning("a message could not be read: %s", error->message);
      return FALSE;
    }
    stream->events->on_message(stream, message, stream->user_data);
  }
  if (result == GUEST_FRAME_BAD)
    log_warning("the peer lost the framing of its messages");
  return result == GUEST_FRAME_NEED_MORE;
}

static gboolean
on_readable(int fd, GIOCondition condition, gpointer user_data)
{
  FrameStream *stream = user_data;
  guint8 bytes[READ_BYTES];
  const gssize got = read(fd, bytes, sizeof bytes);
  if (got < 0 && (errno == EAGAIN || errno == EINTR))
    return G_SOURCE_CONTINUE;
  if (got > 0) {
    guest_frame_reader_push(stream->reader, bytes, got);
    if (take_frames(stream))
      return G_SOURCE_CONTINUE;
  }
  stream->read_source = 0;
  report_closed(stream);
  return G_SOURCE_REMOVE;
}

FrameStream *
frame_stream_new(int fd, GuestDirection direction, const FrameStreamEvents *events, gpointer user_data)
{
  FrameStream *stream = g_new0(FrameStream, 1);
  stream->fd = fd;
  stream->direction = direction;
  stream->events = events;
  stream->user_data = user_data;
  stream->reader = guest_frame_reader_new();
  stream->queue = g_byte_array_new();
  stream->read_source = g_unix_fd_add(fd, G_IO_IN | G_IO_HUP | G_IO_ERR, on_readable, stream);
  return stream;
}

static gboolean
on_writable(int fd, GIOCondition condition, gpointer user_data)
{
  FrameStream *stream = user_data;
  const gssize written = write(fd, stream->queue->data, stream->queue->len);
  if (written > 0)
    g_byte_array_remove_range(stream->queue, 0, written);
  else if (written < 0 && errno != EAGAIN && errno != EINTR)
    g_byte_array_set_size(stream->queue, 0); /* the reading side will tell that the peer is gone */
  if (stream->queue->len > 0)
    return G_SOURCE_CONTINUE;
  stream->write_source = 0;
  return G_SOURCE_REMOVE;
}

void
frame_stream_send(FrameStream *stream, const GuestMessage *message)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) frame = guest_message_to_frame(message, &error);
  if (frame == NULL) {
    log_warning("%s was not sent: %s", guest_message_type_name(message->type), error->message);
    return;
  }
  gsize size;
  const guint8 *bytes = g_bytes_get_data(frame, &size);
  if (stream->queue->len + size > MAX_QUEUED_BYTES) {
    log_warning("%s was not sent: the peer does not read", guest_message_type_name(message->type));
    return;
  }
  g_byte_array_append(stream->queue, bytes, size);
  if (stream->write_source == 0)
    stream->write_source = g_unix_fd_add(stream->fd, G_IO_OUT, on_writable, stream);
}

void
frame_stream_free(FrameStream *stream)
{
  if (stream == NULL)
    return;
  g_clear_handle_id(&stream->read_source, g_source_remove);
  g_clear_handle_id(&stream->write_source, g_source_remove);
  close(stream->fd);
  guest_frame_reader_free(stream->reader);
  g_byte_array_unref(stream->queue);
  g_free(stream);
}
