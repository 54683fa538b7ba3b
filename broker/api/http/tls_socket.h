/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One accepted socket with TLS on it, which never blocks: handshake, reading, and writing from a queue. Owns
 * the descriptor. What is to be waited for after a call is told by tls_socket_wants().
 */
#pragma once

#include <gio/gio.h>
#include <openssl/ssl.h>

typedef struct TlsSocket TlsSocket;

typedef enum {
  TLS_SOCKET_DONE,
  TLS_SOCKET_WAIT, /**< nothing more can be done now */
  TLS_SOCKET_END,  /**< the peer ended it, or broke the rules */
} TlsSocketResult;

/** A server's side on the nonblocking socket @fd (transfer full). */
TlsSocket *tls_socket_new(SSL_CTX *context, int fd);

/** Its descriptor. */
int tls_socket_fd(const TlsSocket *socket);

/** Goes on with the handshake. */
TlsSocketResult tls_socket_handshake(TlsSocket *socket) G_GNUC_WARN_UNUSED_RESULT;

/** The peer's certificate (transfer full), NULL without one. After the handshake. */
X509 *tls_socket_peer(const TlsSocket *socket);

/** Reads up to @size bytes into @buffer. With at least 16 KiB of room nothing is left that does not show at
 * the descriptor: a TLS record is not longer. */
TlsSocketResult tls_socket_read(TlsSocket *socket, char *buffer, gsize size,
                                gsize *ret_size) G_GNUC_WARN_UNUSED_RESULT;

/** Queues a copy of @bytes to be written. */
void tls_socket_queue(TlsSocket *socket, const char *bytes, gsize size);

/** Writes what is queued. */
TlsSocketResult tls_socket_flush(TlsSocket *socket) G_GNUC_WARN_UNUSED_RESULT;

/** EPOLLIN or EPOLLOUT: what the last call that returned TLS_SOCKET_WAIT waits for. */
guint32 tls_socket_wants(const TlsSocket *socket);

/** What is waited for next is that the peer sends. */
void tls_socket_expect(TlsSocket *socket);

/** Says goodbye and sends no more; what the peer still sends can be read. */
void tls_socket_end_writing(TlsSocket *socket);

/** Frees @socket (nullable): with a goodbye, or at once with a reset when @is_cut, so that a peer that only
 * sends does not go on into a socket that nobody reads. */
void tls_socket_free(TlsSocket *socket, gboolean is_cut);

/** Makes a stream of it (transfer full) and frees @socket; nothing may be queued. */
GIOStream *tls_socket_free_to_stream(TlsSocket *socket);
