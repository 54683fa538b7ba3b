/* SPDX-License-Identifier: Apache-2.0 */
/* The first byte is the size of the pieces that the rest is fed in. */
#include "common/api_client/api_event_stream.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
on_event(const char *name, const char *text, gpointer user_data)
{
  g_assert_cmpuint(strlen(text), <=, API_EVENT_MAX_BYTES);
  g_assert_null(strpbrk(name, "\r\n"));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  if (size < 2)
    return 0;
  size_t piece = data[0] + 1;
  g_autoptr(ApiEventStream) stream = api_event_stream_new(on_event, NULL);
  for (size_t i = 1; i < size; i += piece)
    if (!api_event_stream_feed(stream, (const char *)data + i, MIN(piece, size - i), NULL))
      break;
  return 0;
}
