/* SPDX-License-Identifier: Apache-2.0 */
#include "common/net/websocket_frame.h"

#include <string.h>

#define FINAL_BIT       0x80
#define RESERVED_BITS   0x70
#define MASK_BIT        0x80
#define OPCODE_CONTINUE 0x0
#define OPCODE_TEXT     0x1
#define OPCODE_PING     0x9
#define CONTROL_BIT     0x8
#define ACCEPT_GUID     "258EAFA5-E914-47DA-95CA-C5AB0DC85B11" /* RFC 6455, 1.3 */

void
websocket_decoder_init(WebsocketDecoder *decoder)
{
  memset(decoder, 0, sizeof *decoder);
}

static gsize
header_size(const WebsocketDecoder *decoder)
{
  if (decoder->header_have < 2)
    return 2;
  guint8 length = decoder->header[1] & 0x7f;
  return 2 + 4 + (length == 126 ? 2 : length == 127 ? 8 : 0);
}

static guint64
read_length(const guint8 *header)
{
  guint8 first = header[1] & 0x7f;
  guint bytes = first == 126 ? 2 : first == 127 ? 8 : 0;
  guint64 length = bytes == 0 ? first : 0;
  for (guint i = 0; i < bytes; i++)
    length = length << 8 | header[2 + i];
  return length;
}

/* 0 when the first two bytes of a header are right, else the code to close with. */
static guint16
judge_header(const WebsocketDecoder *decoder)
{
  guint8 opcode = decoder->header[0] & 0xf, length = decoder->header[1] & 0x7f;
  gboolean final = (decoder->header[0] & FINAL_BIT) != 0;
  if (opcode == OPCODE_TEXT)
    return WEBSOCKET_CLOSE_UNSUPPORTED;
  if ((decoder->header[0] & RESERVED_BITS) != 0 || (decoder->header[1] & MASK_BIT) == 0)
    return WEBSOCKET_CLOSE_PROTOCOL;
  if ((opcode & CONTROL_BIT) != 0)
    return opcode <= WEBSOCKET_OPCODE_PONG && final && length <= WEBSOCKET_MAX_CONTROL
               ? 0
               : WEBSOCKET_CLOSE_PROTOCOL;
  gboolean in_place = decoder->in_message ? opcode == OPCODE_CONTINUE : opcode == WEBSOCKET_OPCODE_BINARY;
  return in_place ? 0 : WEBSOCKET_CLOSE_PROTOCOL;
}

static gboolean
enter_payload(WebsocketDecoder *decoder)
{
  gsize size = header_size(decoder);
  decoder->opcode = decoder->header[0] & 0xf;
  decoder->final = (decoder->header[0] & FINAL_BIT) != 0;
  decoder->remaining = read_length(decoder->header);
  memcpy(decoder->mask, decoder->header + size - 4, 4);
  decoder->mask_offset = 0;
  decoder->header_have = 0;
  decoder->control_have = 0;
  decoder->in_payload = TRUE;
  if ((decoder->opcode & CONTROL_BIT) == 0)
    decoder->in_message = !decoder->final;
  return (decoder->remaining >> 63) == 0; /* RFC 6455, 5.2: the most significant bit is 0 */
}

static void
unmask(WebsocketDecoder *decoder, guint8 *bytes, gsize size)
{
  for (gsize i = 0; i < size; i++)
    bytes[i] ^= decoder->mask[(decoder->mask_offset + i) & 3];
  decoder->mask_offset += size;
  decoder->remaining -= size;
}

static WebsocketEvent
control_event(const WebsocketDecoder *decoder, gsize used)
{
  WebsocketEvent event = {.kind = WEBSOCKET_MORE, .used = used};
  if (decoder->opcode == WEBSOCKET_OPCODE_CLOSE) {
    event.kind = WEBSOCKET_CLOSE;
  } else if (decoder->opcode == OPCODE_PING) {
    event.kind = WEBSOCKET_PING;
    event.data = decoder->control;
    event.size = decoder->control_have;
  }
  return event;
}

/* Takes what there is of the present payload. */
static WebsocketEvent
take_payload(WebsocketDecoder *decoder, guint8 *bytes, gsize size, gsize used)
{
  gsize take = (gsize)MIN((guint64)(size - used), decoder->remaining);
  unmask(decoder, bytes + used, take);
  decoder->in_payload = decoder->remaining > 0;
  if ((decoder->opcode & CONTROL_BIT) == 0)
    return (WebsocketEvent){.kind = take > 0 ? WEBSOCKET_DATA : WEBSOCKET_MORE,
                            .used = used + take,
                            .data = bytes + used,
                            .size = take};
  memcpy(decoder->control + decoder->control_have, bytes + used, take);
  decoder->control_have += take;
  return decoder->in_payload ? (WebsocketEvent){.kind = WEBSOCKET_MORE, .used = used + take}
                             : control_event(decoder, used + take);
}

WebsocketEvent
websocket_decoder_next(WebsocketDecoder *decoder, guint8 *bytes, gsize size)
{
  gsize used = 0;
  for (;;) {
    while (!decoder->in_payload) {
      if (used == size)
        return (WebsocketEvent){.kind = WEBSOCKET_MORE, .used = used};
      decoder->header[decoder->header_have++] = bytes[used++];
      guint16 code = decoder->header_have == 2 ? judge_header(decoder) : 0;
      if (code == 0 && decoder->header_have >= 2 && decoder->header_have == header_size(decoder) &&
          !enter_payload(decoder))
        code = WEBSOCKET_CLOSE_PROTOCOL;
      if (code != 0)
        return (WebsocketEvent){.kind = WEBSOCKET_BAD, .used = used, .close_code = code};
    }
    WebsocketEvent event = take_payload(decoder, bytes, size, used);
    used = event.used;
    if (event.kind != WEBSOCKET_MORE || used == size)
      return event;
  }
}

gsize
websocket_write_header(guint8 opcode, gsize payload_size, guint8 ret_header[WEBSOCKET_MAX_HEADER])
{
  ret_header[0] = FINAL_BIT | opcode;
  if (payload_size < 126) {
    ret_header[1] = (guint8)payload_size;
    return 2;
  }
  guint bytes = payload_size <= G_MAXUINT16 ? 2 : 8;
  ret_header[1] = bytes == 2 ? 126 : 127;
  for (guint i = 0; i < bytes; i++)
    ret_header[2 + i] = (guint8)((guint64)payload_size >> (8 * (bytes - 1 - i)));
  return 2 + bytes;
}

char *
websocket_accept_key(const char *key)
{
  gsize size = 0;
  g_autofree guchar *nonce = key != NULL && strlen(key) == 24 ? g_base64_decode(key, &size) : NULL;
  if (nonce == NULL || size != 16)
    return NULL;
  g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA1);
  g_checksum_update(checksum, (const guchar *)key, -1);
  g_checksum_update(checksum, (const guchar *)ACCEPT_GUID, -1);
  guint8 digest[20];
  gsize length = sizeof digest;
  g_checksum_get_digest(checksum, digest, &length);
  return g_base64_encode(digest, length);
}
