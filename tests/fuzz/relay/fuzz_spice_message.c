/* SPDX-License-Identifier: Apache-2.0 */
#include "common/spice/spice_guard.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first byte is the channel's kind and the sort of header, the rest a client's stream as the relay reads
 * it. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  if (size == 0)
    return 0;
  SpiceGuard guard;
  SpiceCursor cursor = {.mini = (data[0] & 0x80) == 0};
  spice_guard_init(&guard, data[0] & 0x7f);
  for (size_t at = 1; at < size;) {
    SpiceMessageHeader header;
    size_t left = size - at, header_size = spice_cursor_header_size(&cursor);
    if (spice_cursor_parse_header(&cursor, data + at, left, &header) != SPICE_PARSE_DONE)
      return 0;
    size_t peek = header.size < SPICE_GUARD_PEEK ? header.size : SPICE_GUARD_PEEK;
    if (left < header_size + peek || spice_guard_check(&guard, &header, data + at + header_size) != NULL)
      return 0;
    spice_cursor_enter(&cursor, &header);
    size_t step = spice_cursor_limit(&cursor, left);
    assert(step > 0);
    spice_cursor_advance(&cursor, step);
    at += step;
  }
  return 0;
}
