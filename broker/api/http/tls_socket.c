/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/api/http/tls_socket.h"

#include "common/net/tls_stream.h"

#include <openssl/err.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define PIECE_MAX 16384 /* of a TLS record */

struct TlsSocket {
  SSL *tls;
  int fd;
  guint32 wants;
  GByteArray *queue; /* (nullable) what is to be written; wiped afterwards, as it may hold secrets */
  gsize written;     /* of the queue */
};

TlsSocket *
tls_socket_new(SSL_CTX *context, int fd)
{
  TlsSocket *socket = g_new0(TlsSocket, 1);
  socket->fd = fd;
  socket->tls = SSL_new(context);
  SSL_set_fd(socket->tls, fd);
  SSL_set_accept_state(socket->tls);
  socket->wants = EPOLLIN;
  return socket;
}

int
tls_socket_fd(const TlsSocket *socket)
{
  return socket->fd;
}

static TlsSocketResult
judge(TlsSocket *socket, int result)
{
  if (result > 0)
    return TLS_SOCKET_DONE;
  int problem = SSL_get_error(socket->tls, result);
  ERR_clear_error();
  if (problem != SSL_ERROR_WANT_READ && problem != SSL_ERROR_WANT_WRITE)
    return TLS_SOCKET_END;
  socket->wants = problem == SSL_ERROR_WANT_READ ? EPOLLIN : EPOLLOUT;
  return TLS_SOCKET_WAIT;
}

TlsSocketResult
tls_socket_handshake(TlsSocket *socket)
{
  ERR_clear_error();
  return judge(socket, SSL_do_handshake(socket->tls));
}

X509 *
tls_socket_peer(const TlsSocket *socket)
{
  return SSL_get1_peer_certificate(socket->tls);
}

TlsSocketResult
tls_socket_read(TlsSocket *socket, char *buffer, gsize size, gsize *ret_size)
{
  ERR_clear_error();
  int got = SSL_read(socket->tls, buffer, (int)size);
  *ret_size = got > 0 ? (gsize)got : 0;
  return judge(socket, got);
}

void
tls_socket_queue(TlsSocket *socket, const char *bytes, gsize size)
{
  if (socket->queue == NULL)
    socket->queue = g_byte_array_new();
  g_byte_array_append(socket->queue, (const guint8 *)bytes, (guint)size);
}

static void
drop_queue(TlsSocket *socket)
{
  if (socket->queue == NULL)
    return;
  explicit_bzero(socket->queue->data, socket->queue->len);
  g_clear_pointer(&socket->queue, g_byte_array_unref);
  socket->written = 0;
}

TlsSocketResult
tls_socket_flush(TlsSocket *socket)
{
  TlsSocketResult result = TLS_SOCKET_DONE;
  while (result == TLS_SOCKET_DONE && socket->queue != NULL && socket->written < socket->queue->len) {
    int size = (int)MIN(socket->queue->len - socket->written, PIECE_MAX);
    ERR_clear_error();
    int put = SSL_write(socket->tls, socket->queue->data + socket->written, size);
    socket->written += put > 0 ? (gsize)put : 0;
    result = judge(socket, put);
  }
  if (result != TLS_SOCKET_WAIT)
    drop_queue(socket);
  return result;
}

guint32
tls_socket_wants(const TlsSocket *socket)
{
  return socket->wants;
}

void
tls_socket_expect(TlsSocket *socket)
{
  socket->wants = EPOLLIN;
}

void
tls_socket_end_writing(TlsSocket *socket)
{
  ERR_clear_error();
  (void)SSL_shutdown(socket->tls);
  ERR_clear_error();
  (void)shutdown(socket->fd, SHUT_WR);
  socket->wants = EPOLLIN;
}

void
tls_socket_free(TlsSocket *socket, gboolean is_cut)
{
  if (socket == NULL)
    return;
  ERR_clear_error();
  if (is_cut) {
    const struct linger reset = {1, 0};
    (void)setsockopt(socket->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  } else if (SSL_is_init_finished(socket->tls)) {
    (void)SSL_shutdown(socket->tls);
  }
  ERR_clear_error();
  drop_queue(socket);
  SSL_free(socket->tls);
  close(socket->fd);
  g_free(socket);
}

GIOStream *
tls_socket_free_to_stream(TlsSocket *socket)
{
  GIOStream *stream = tls_stream_new(socket->tls, socket->fd);
  drop_queue(socket);
  g_free(socket);
  return stream;
}
