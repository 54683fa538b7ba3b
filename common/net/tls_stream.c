/* SPDX-License-Identifier: Apache-2.0 */
#include "common/net/tls_stream.h"

#include <glib-unix.h>
#include <openssl/err.h>
#include <sys/socket.h>
#include <unistd.h>

/* What the three objects share. */
typedef struct {
  SSL *tls;
  int fd;
} Shared;

typedef struct {
  GInputStream parent;
  Shared *shared;
} TlsInput;
typedef GInputStreamClass TlsInputClass;

typedef struct {
  GOutputStream parent;
  Shared *shared;
} TlsOutput;
typedef GOutputStreamClass TlsOutputClass;

typedef struct {
  GIOStream parent;
  Shared *shared;
  GInputStream *input;
  GOutputStream *output;
} TlsStream;
typedef GIOStreamClass TlsStreamClass;

static GType tls_input_get_type(void);
static GType tls_output_get_type(void);
static GType tls_stream_get_type(void);
static void tls_input_pollable_init(GPollableInputStreamInterface *interface);
static void tls_output_pollable_init(GPollableOutputStreamInterface *interface);

G_DEFINE_TYPE_WITH_CODE(TlsInput, tls_input, G_TYPE_INPUT_STREAM,
                        G_IMPLEMENT_INTERFACE(G_TYPE_POLLABLE_INPUT_STREAM, tls_input_pollable_init))
G_DEFINE_TYPE_WITH_CODE(TlsOutput, tls_output, G_TYPE_OUTPUT_STREAM,
                        G_IMPLEMENT_INTERFACE(G_TYPE_POLLABLE_OUTPUT_STREAM, tls_output_pollable_init))
G_DEFINE_TYPE(TlsStream, tls_stream, G_TYPE_IO_STREAM)

static void
clear_shared(gpointer data)
{
  Shared *shared = data;
  SSL_free(shared->tls);
  close(shared->fd);
}

static void
unref_shared(Shared *shared)
{
  g_rc_box_release_full(shared, clear_shared);
}

/* What OpenSSL's @result of reading or writing is to GIO. */
static gssize
translate(Shared *shared, int result, GError **error)
{
  if (result > 0)
    return result;
  int problem = SSL_get_error(shared->tls, result);
  ERR_clear_error();
  if (problem == SSL_ERROR_ZERO_RETURN)
    return 0;
  if (problem == SSL_ERROR_WANT_READ || problem == SSL_ERROR_WANT_WRITE)
    g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK, "not now");
  else
    g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED, "the peer has gone");
  return -1;
}

static gssize
read_now(GPollableInputStream *stream, void *buffer, gsize size, GError **error)
{
  Shared *shared = ((TlsInput *)stream)->shared;
  ERR_clear_error();
  return translate(shared, SSL_read(shared->tls, buffer, (int)MIN(size, G_MAXINT)), error);
}

static gssize
write_now(GPollableOutputStream *stream, const void *buffer, gsize size, GError **error)
{
  Shared *shared = ((TlsOutput *)stream)->shared;
  ERR_clear_error();
  return translate(shared, SSL_write(shared->tls, buffer, (int)MIN(size, G_MAXINT)), error);
}

/* The plain calls of the two classes: as little as may block here, they do. */
static gssize
input_read(GInputStream *stream, void *buffer, gsize size, GCancellable *cancellable, GError **error)
{
  return read_now(G_POLLABLE_INPUT_STREAM(stream), buffer, size, error);
}

static gssize
output_write(GOutputStream *stream, const void *buffer, gsize size, GCancellable *cancellable, GError **error)
{
  return write_now(G_POLLABLE_OUTPUT_STREAM(stream), buffer, size, error);
}

static GSource *
make_source(gpointer stream, int fd, GIOCondition condition, gboolean is_ready, GCancellable *cancellable)
{
  g_autoptr(GSource) child = is_ready ? g_timeout_source_new(0) : g_unix_fd_source_new(fd, condition);
  return g_pollable_source_new_full(stream, child, cancellable);
}

/* What OpenSSL has decrypted already does not show at the socket. */
static GSource *
input_source(GPollableInputStream *stream, GCancellable *cancellable)
{
  Shared *shared = ((TlsInput *)stream)->shared;
  return make_source(stream, shared->fd, G_IO_IN, SSL_pending(shared->tls) > 0, cancellable);
}

static GSource *
output_source(GPollableOutputStream *stream, GCancellable *cancellable)
{
  return make_source(stream, ((TlsOutput *)stream)->shared->fd, G_IO_OUT, FALSE, cancellable);
}

static gboolean
is_ready(int fd, GIOCondition condition)
{
  GPollFD poll = {.fd = fd, .events = (gushort)condition};
  return g_poll(&poll, 1, 0) > 0;
}

static gboolean
input_is_readable(GPollableInputStream *stream)
{
  Shared *shared = ((TlsInput *)stream)->shared;
  return SSL_pending(shared->tls) > 0 || is_ready(shared->fd, G_IO_IN);
}

static gboolean
output_is_writable(GPollableOutputStream *stream)
{
  return is_ready(((TlsOutput *)stream)->shared->fd, G_IO_OUT);
}

static void
tls_input_pollable_init(GPollableInputStreamInterface *interface)
{
  interface->read_nonblocking = read_now;
  interface->create_source = input_source;
  interface->is_readable = input_is_readable;
}

static void
tls_output_pollable_init(GPollableOutputStreamInterface *interface)
{
  interface->write_nonblocking = write_now;
  interface->create_source = output_source;
  interface->is_writable = output_is_writable;
}

static void
input_finalize(GObject *object)
{
  unref_shared(((TlsInput *)object)->shared);
  G_OBJECT_CLASS(tls_input_parent_class)->finalize(object);
}

static void
tls_input_init(TlsInput *input)
{
}

static void
tls_input_class_init(TlsInputClass *klass)
{
  klass->read_fn = input_read;
  G_OBJECT_CLASS(klass)->finalize = input_finalize;
}

static void
output_finalize(GObject *object)
{
  unref_shared(((TlsOutput *)object)->shared);
  G_OBJECT_CLASS(tls_output_parent_class)->finalize(object);
}

static void
tls_output_init(TlsOutput *output)
{
}

static void
tls_output_class_init(TlsOutputClass *klass)
{
  klass->write_fn = output_write;
  G_OBJECT_CLASS(klass)->finalize = output_finalize;
}

static GInputStream *
stream_input(GIOStream *stream)
{
  return ((TlsStream *)stream)->input;
}

static GOutputStream *
stream_output(GIOStream *stream)
{
  return ((TlsStream *)stream)->output;
}

static gboolean
stream_close(GIOStream *stream, GCancellable *cancellable, GError **error)
{
  Shared *shared = ((TlsStream *)stream)->shared;
  (void)SSL_shutdown(shared->tls);
  ERR_clear_error();
  (void)shutdown(shared->fd, SHUT_RDWR);
  return TRUE;
}

static void
stream_close_later(GIOStream *stream, int priority, GCancellable *cancellable, GAsyncReadyCallback done,
                   gpointer data)
{
  g_autoptr(GTask) task = g_task_new(stream, cancellable, done, data);
  g_task_return_boolean(task, stream_close(stream, NULL, NULL));
}

static gboolean
stream_closed(GIOStream *stream, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean(G_TASK(result), error);
}

static void
stream_finalize(GObject *object)
{
  TlsStream *stream = (TlsStream *)object;
  G_OBJECT_CLASS(tls_stream_parent_class)->finalize(object); /* closes it */
  g_object_unref(stream->input);
  g_object_unref(stream->output);
  unref_shared(stream->shared);
}

static void
tls_stream_init(TlsStream *stream)
{
}

static void
tls_stream_class_init(TlsStreamClass *klass)
{
  klass->get_input_stream = stream_input;
  klass->get_output_stream = stream_output;
  klass->close_fn = stream_close;
  klass->close_async = stream_close_later;
  klass->close_finish = stream_closed;
  G_OBJECT_CLASS(klass)->finalize = stream_finalize;
}

GIOStream *
tls_stream_new(SSL *tls, int fd)
{
  TlsStream *stream = g_object_new(tls_stream_get_type(), NULL);
  stream->shared = g_rc_box_new0(Shared);
  *stream->shared = (Shared){tls, fd};
  stream->input = g_object_new(tls_input_get_type(), NULL);
  ((TlsInput *)stream->input)->shared = g_rc_box_acquire(stream->shared);
  stream->output = g_object_new(tls_output_get_type(), NULL);
  ((TlsOutput *)stream->output)->shared = g_rc_box_acquire(stream->shared);
  return G_IO_STREAM(stream);
}
