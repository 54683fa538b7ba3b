/* SPDX-License-Identifier: Apache-2.0 */
#include "common/net/websocket_frame.h"

#include <string.h>

/* Decodes @bytes in pieces of @step; the payload is appended to @payload. The last kind that was not MORE or
 * DATA. */
static WebsocketEventKind
decode(const guint8 *bytes, gsize size, gsize step, GByteArray *payload)
{
  WebsocketDecoder decoder;
  WebsocketEventKind last = WEBSOCKET_MORE;
  websocket_decoder_init(&decoder);
  for (gsize at = 0; at < size; at += step) {
    guint8 piece[256];
    gsize left = MIN(step, size - at);
    memcpy(piece, bytes + at, left);
    for (guint8 *next = piece; left > 0;) {
      WebsocketEvent event = websocket_decoder_next(&decoder, next, left);
      if (event.kind == WEBSOCKET_DATA)
        g_byte_array_append(payload, event.data, (guint)event.size);
      else if (event.kind != WEBSOCKET_MORE)
        last = event.kind;
      if (event.kind == WEBSOCKET_BAD)
        return last;
      next += event.used;
      left -= event.used;
    }
  }
  return last;
}

static void
test_fragments_and_a_ping_between_them(void)
{
  static const guint8 bytes[] = {0x02, 0x82, 1,    2,    3, 4, 'a' ^ 1, 'b' ^ 2, /* binary, not final */
                                 0x89, 0x81, 0,    0,    0, 0, 'p',              /* ping */
                                 0x80, 0xfe, 0x00, 0x01, 0, 0, 0,       0,
                                 'c'}; /* the rest, long form */
  for (gsize step = 1; step <= sizeof bytes; step++) {
    g_autoptr(GByteArray) payload = g_byte_array_new();
    g_assert_cmpint(decode(bytes, sizeof bytes, step, payload), ==, WEBSOCKET_PING);
    g_assert_cmpmem(payload->data, payload->len, "abc", 3);
  }
}

static void
test_bad_frames(void)
{
  static const guint8 cases[][10] = {
      {0x82, 0x01, 'x'},                       /* not masked */
      {0xc2, 0x81, 0, 0, 0, 0, 'x'},           /* a reserved bit */
      {0x81, 0x81, 0, 0, 0, 0, 'x'},           /* text */
      {0x83, 0x81, 0, 0, 0, 0, 'x'},           /* an opcode that does not exist */
      {0x80, 0x81, 0, 0, 0, 0, 'x'},           /* a continuation of nothing */
      {0x09, 0x80, 0, 0, 0, 0},                /* a ping in fragments */
      {0x89, 0xfe, 0, 126, 0, 0, 0, 0},        /* a long ping */
      {0x82, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0}, /* 2^63 bytes: bad once the mask is there */
  };
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    guint8 bytes[16] = {0};
    g_autoptr(GByteArray) payload = g_byte_array_new();
    memcpy(bytes, cases[i], sizeof cases[i]);
    g_assert_cmpint(decode(bytes, sizeof bytes, sizeof bytes, payload), ==, WEBSOCKET_BAD);
  }
}

static void
test_close(void)
{
  static const guint8 bytes[] = {0x88, 0x82, 0, 0, 0, 0, 3, 0xe8};
  g_autoptr(GByteArray) payload = g_byte_array_new();
  g_assert_cmpint(decode(bytes, sizeof bytes, 3, payload), ==, WEBSOCKET_CLOSE);
}

static void
test_headers(void)
{
  guint8 header[WEBSOCKET_MAX_HEADER];
  g_assert_cmpuint(websocket_write_header(WEBSOCKET_OPCODE_BINARY, 125, header), ==, 2);
  g_assert_cmpuint(websocket_write_header(WEBSOCKET_OPCODE_BINARY, 126, header), ==, 4);
  g_assert_cmpuint(websocket_write_header(WEBSOCKET_OPCODE_BINARY, 65536, header), ==, 10);
  g_assert_cmphex(header[7], ==, 1);
}

static void
test_accept_key(void)
{
  g_autofree char *accept = websocket_accept_key("dGhlIHNhbXBsZSBub25jZQ=="); /* RFC 6455, 1.3 */
  g_assert_cmpstr(accept, ==, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  g_assert_null(websocket_accept_key("dGhl"));
  g_assert_null(websocket_accept_key(NULL));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/websocket/fragments", test_fragments_and_a_ping_between_them);
  g_test_add_func("/websocket/bad", test_bad_frames);
  g_test_add_func("/websocket/close", test_close);
  g_test_add_func("/websocket/headers", test_headers);
  g_test_add_func("/websocket/accept-key", test_accept_key);
  return g_test_run();
}
