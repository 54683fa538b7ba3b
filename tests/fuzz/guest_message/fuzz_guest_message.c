/* SPDX-License-Identifier: Apache-2.0 */
/* A stream from either end of the guest port; what parses must build again and parse to the same type. */
#include "common/wire/guest_message.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
try_body(const char *body, gsize size, GuestDirection direction)
{
  g_autoptr(GuestMessage) message = guest_message_parse(body, size, direction, NULL);
  if (message == NULL || message->type == GUEST_MESSAGE_UNKNOWN)
    return;
  g_autoptr(GBytes) frame = guest_message_to_frame(message, NULL);
  g_assert_nonnull(frame);
  gsize frame_bytes;
  const char *bytes = g_bytes_get_data(frame, &frame_bytes);
  g_autoptr(GuestMessage) again = guest_message_parse(bytes + 4, frame_bytes - 4, direction, NULL);
  g_assert_nonnull(again);
  g_assert_cmpint(again->type, ==, message->type);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  g_autoptr(GuestFrameReader) reader = guest_frame_reader_new();
  const size_t half = size / 2;
  const char *body;
  gsize body_bytes;
  for (int part = 0; part < 2; part++) {
    guest_frame_reader_push(reader, data + (part == 0 ? 0 : half), part == 0 ? half : size - half);
    while (guest_frame_reader_next(reader, &body, &body_bytes) == GUEST_FRAME_DONE) {
      try_body(body, body_bytes, GUEST_TO_HOST);
      try_body(body, body_bytes, HOST_TO_GUEST);
    }
  }
  return 0;
}
