/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One end of a relayed connection: a nonblocking stream socket, plain or under TLS, perhaps with WebSocket
 * frames, as two bounded buffers of decoded bytes. Owns its descriptor. It knows nothing of what the bytes
 * mean but one thing: towards stock viewers a TLS record must not cross the end of a SPICE message (spice-gtk
 * waits on the raw socket and forgets what OpenSSL has decrypted already).
 */
#pragma once

#include "common/net/websocket_frame.h"
#include "common/relay/relay_buffer.h"
#include "common/spice/spice_message.h"

#include <openssl/ssl.h>

typedef struct {
  int fd; /* -1: none */
  SSL *tls;
  gboolean tls_is_up;
  gboolean is_websocket;
  WebsocketDecoder decoder;
  RelayBuffer in, out;
  gboolean eof;     /**< nothing follows what is in `in` */
  gboolean failed;  /**< reset, TLS error, bad WebSocket frame: of no more use */
  gboolean ending;  /**< nothing follows what is in `out` */
  gboolean ended;   /**< and that was said to the peer */
  gboolean aligned; /**< TLS records follow SPICE messages */
  SpiceCursor record;
  gsize retry_size; /* OpenSSL wants the same write again */
} RelayEnd;

typedef enum {
  RELAY_HANDSHAKE_MORE,
  RELAY_HANDSHAKE_DONE,
  RELAY_HANDSHAKE_FAILED,
} RelayHandshake;

/** An end without a descriptor. */
void relay_end_init(RelayEnd *end);

/** Gives @end the connected or connecting, nonblocking socket @fd (transfer full). */
void relay_end_open(RelayEnd *end, int fd);

/** Sets the TCP options of a peer across the network: small packets go at once, little waits in the kernel,
 * and a peer that has vanished without a word counts as failed within about a minute. */
void relay_end_tune(RelayEnd *end);

/** Puts TLS of @context on it: as the server's side when @as_server. */
void relay_end_start_tls(RelayEnd *end, SSL_CTX *context, gboolean as_server);

/** Goes on with the TLS handshake. */
RelayHandshake relay_end_handshake(RelayEnd *end);

/** From now on bytes travel in WebSocket frames; bytes already in `in` are decoded, too. */
void relay_end_start_websocket(RelayEnd *end);

/** From now on records end where SPICE messages end; what waits in `out` goes in records before. */
void relay_end_align(RelayEnd *end, gboolean mini_header);

/** Reads what is there and fits. Whether anything changed. */
gboolean relay_end_fill(RelayEnd *end);

/** Writes what waits and goes. Whether anything changed. */
gboolean relay_end_flush(RelayEnd *end);

/** How many bytes relay_end_send() takes now. */
gsize relay_end_space(const RelayEnd *end);

/** Queues @size bytes, at most relay_end_space(). */
void relay_end_send(RelayEnd *end, const void *bytes, gsize size);

/** Nothing more will be sent: after the queue, tells the peer. WebSocket peers are told @close_code. */
void relay_end_finish(RelayEnd *end, guint16 close_code);

/** Closes and forgets everything. */
void relay_end_clear(RelayEnd *end);
