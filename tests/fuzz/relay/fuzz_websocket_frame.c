/* SPDX-License-Identifier: Apache-2.0 */
#include "common/net/websocket_frame.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first byte is the size of the pieces in which the rest arrives. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  WebsocketDecoder decoder;
  if (size < 2 || data[0] == 0)
    return 0;
  g_autofree guint8 *bytes = g_memdup2(data + 1, size - 1);
  gsize total = size - 1, payload = 0;
  websocket_decoder_init(&decoder);
  for (gsize at = 0; at < total;) {
    gsize piece = MIN((gsize)data[0], total - at);
    while (piece > 0) {
      WebsocketEvent event = websocket_decoder_next(&decoder, bytes + at, piece);
      g_assert_cmpuint(event.used, <=, piece);
      if (event.kind == WEBSOCKET_BAD || event.used == 0)
        return 0;
      payload += event.kind == WEBSOCKET_DATA ? event.size : 0;
      at += event.used;
      piece -= event.used;
    }
  }
  g_assert_cmpuint(payload, <=, total);
  return 0;
}
