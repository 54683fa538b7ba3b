/* SPDX-License-Identifier: Apache-2.0 */
#include "common/spice/spice_message.h"

size_t
spice_cursor_header_size(const SpiceCursor *cursor)
{
  return cursor->mini ? SPICE_MINI_HEADER_SIZE : SPICE_FULL_HEADER_SIZE;
}

SpiceParse
spice_cursor_parse_header(const SpiceCursor *cursor, const uint8_t *bytes, size_t size,
                          SpiceMessageHeader *ret_header)
{
  if (size < spice_cursor_header_size(cursor))
    return SPICE_PARSE_MORE;
  const uint8_t *fields = cursor->mini ? bytes : bytes + 8; /* behind the serial */
  SpiceMessageHeader header = {.type = spice_read_u16(fields), .size = spice_read_u32(fields + 2)};
  if (!cursor->mini)
    header.sub_list = spice_read_u32(fields + 6);
  if (header.size > SPICE_MESSAGE_MAX_SIZE)
    return SPICE_PARSE_BAD;
  *ret_header = header;
  return SPICE_PARSE_DONE;
}

void
spice_cursor_enter(SpiceCursor *cursor, const SpiceMessageHeader *header)
{
  cursor->remaining = spice_cursor_header_size(cursor) + (uint64_t)header->size;
}

size_t
spice_cursor_limit(const SpiceCursor *cursor, size_t size)
{
  return size < cursor->remaining ? size : (size_t)cursor->remaining;
}

void
spice_cursor_advance(SpiceCursor *cursor, size_t size)
{
  cursor->remaining -= size;
}
