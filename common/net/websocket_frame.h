/* SPDX-License-Identifier: Apache-2.0 */
/*
 * WebSocket frames of a server, RFC 6455: decoding a client's masked frames piece by piece, and the header of
 * frames to the client. A message's frames are a stream of bytes here, its ends mean nothing. Text is
 * refused. Without memory of its own beyond the decoder, whatever a peer sends.
 */
#pragma once

#include <glib.h>

#define WEBSOCKET_MAX_HEADER  14
#define WEBSOCKET_MAX_CONTROL 125

#define WEBSOCKET_OPCODE_BINARY 0x2
#define WEBSOCKET_OPCODE_CLOSE  0x8
#define WEBSOCKET_OPCODE_PONG   0xa

#define WEBSOCKET_CLOSE_NORMAL      1000
#define WEBSOCKET_CLOSE_PROTOCOL    1002
#define WEBSOCKET_CLOSE_UNSUPPORTED 1003
#define WEBSOCKET_CLOSE_POLICY      1008

typedef struct {
  guint8 header[WEBSOCKET_MAX_HEADER];
  gsize header_have;
  gboolean in_payload, in_message, final;
  guint8 opcode;
  guint8 mask[4];
  guint64 mask_offset, remaining;
  guint8 control[WEBSOCKET_MAX_CONTROL];
  gsize control_have;
} WebsocketDecoder;

typedef enum {
  WEBSOCKET_MORE,  /**< all bytes were used up */
  WEBSOCKET_DATA,  /**< payload at `data` */
  WEBSOCKET_PING,  /**< payload at `data`, at most WEBSOCKET_MAX_CONTROL bytes: to be answered with a pong */
  WEBSOCKET_CLOSE, /**< the peer closes */
  WEBSOCKET_BAD,   /**< close with `close_code` */
} WebsocketEventKind;

typedef struct {
  WebsocketEventKind kind;
  gsize used; /**< bytes of the input that this event took */
  const guint8 *data;
  gsize size;
  guint16 close_code;
} WebsocketEvent;

/** A decoder at the start of a stream. */
void websocket_decoder_init(WebsocketDecoder *decoder);

/**
 * Takes from @bytes up to the next event; call it again with what is left. Payload is unmasked in place, so
 * `data` of DATA points into @bytes; that of PING into @decoder.
 */
WebsocketEvent websocket_decoder_next(WebsocketDecoder *decoder, guint8 *bytes, gsize size);

/** Writes the header of an unmasked, final frame; returns its size. */
gsize websocket_write_header(guint8 opcode, gsize payload_size, guint8 ret_header[WEBSOCKET_MAX_HEADER]);

/** The Sec-WebSocket-Accept for the client's Sec-WebSocket-Key @key (transfer full); NULL when @key
 * (nullable) is not the base64 text of 16 bytes. */
char *websocket_accept_key(const char *key);
