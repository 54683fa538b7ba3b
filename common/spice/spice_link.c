/* SPDX-License-Identifier: Apache-2.0 */
#include "common/spice/spice_link.h"

#include <string.h>

#define MAGIC         "REDQ"
#define VERSION_MAJOR 2
#define VERSION_MINOR 2
#define MESSAGE_SIZE  18                             /* sizeof (SpiceLinkMess), packed */
#define REPLY_SIZE    (4 + SPICE_LINK_KEY_SIZE + 12) /* sizeof (SpiceLinkReply), packed */

uint16_t
spice_read_u16(const uint8_t *bytes)
{
  return (uint16_t)(bytes[0] | bytes[1] << 8);
}

uint32_t
spice_read_u32(const uint8_t *bytes)
{
  return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

void
spice_write_u32(uint8_t *ret_bytes, uint32_t value)
{
  for (int i = 0; i < 4; i++)
    ret_bytes[i] = (uint8_t)(value >> (8 * i));
}

/* Judges the header; DONE means that the body of @ret_body bytes is there, too. */
static SpiceParse
parse_header(const uint8_t *bytes, size_t size, size_t minimum, size_t *ret_body, SpiceLinkResult *ret_result)
{
  size_t magic = size < 4 ? size : 4;
  *ret_result = SPICE_LINK_INVALID_MAGIC;
  if (magic > 0 && memcmp(bytes, MAGIC, magic) != 0)
    return SPICE_PARSE_BAD;
  if (size < SPICE_LINK_HEADER_SIZE)
    return SPICE_PARSE_MORE;
  *ret_result = SPICE_LINK_VERSION_MISMATCH;
  if (spice_read_u32(bytes + 4) != VERSION_MAJOR)
    return SPICE_PARSE_BAD;
  *ret_result = SPICE_LINK_INVALID_DATA;
  size_t body = spice_read_u32(bytes + 12);
  if (body < minimum || body > SPICE_LINK_MAX_SIZE)
    return SPICE_PARSE_BAD;
  *ret_body = body;
  return size < SPICE_LINK_HEADER_SIZE + body ? SPICE_PARSE_MORE : SPICE_PARSE_DONE;
}

/* Reads {number of common words, number of channel words, offset} at @counts and the first word of each sort.
 * The words may not begin inside the fixed part (@minimum) nor end behind the body. */
static bool
read_caps(const uint8_t *body, size_t size, size_t minimum, const uint8_t *counts, uint32_t *ret_common,
          uint32_t *ret_channel)
{
  uint32_t common = spice_read_u32(counts), channel = spice_read_u32(counts + 4);
  uint32_t offset = spice_read_u32(counts + 8);
  *ret_common = *ret_channel = 0;
  if (common == 0 && channel == 0)
    return true;
  if (common > SPICE_LINK_MAX_CAPS || channel > SPICE_LINK_MAX_CAPS || offset < minimum || offset > size ||
      (size_t)(common + channel) * 4 > size - offset)
    return false;
  if (common > 0)
    *ret_common = spice_read_u32(body + offset);
  if (channel > 0)
    *ret_channel = spice_read_u32(body + offset + 4 * (size_t)common);
  return true;
}

SpiceParse
spice_link_parse_message(const uint8_t *bytes, size_t size, SpiceLinkMessage *ret_message,
                         SpiceLinkResult *ret_result)
{
  size_t length = 0;
  SpiceLinkResult result = SPICE_LINK_OK;
  SpiceParse parse = parse_header(bytes, size, MESSAGE_SIZE, &length, &result);
  if (parse == SPICE_PARSE_BAD)
    *ret_result = result;
  if (parse != SPICE_PARSE_DONE)
    return parse;
  const uint8_t *body = bytes + SPICE_LINK_HEADER_SIZE;
  SpiceLinkMessage message = {
      .connection_id = spice_read_u32(body),
      .channel_type = body[4],
      .channel_id = body[5],
      .size = SPICE_LINK_HEADER_SIZE + length,
  };
  if (!read_caps(body, length, MESSAGE_SIZE, body + 6, &message.common_caps, &message.channel_caps)) {
    *ret_result = SPICE_LINK_INVALID_DATA;
    return SPICE_PARSE_BAD;
  }
  *ret_message = message;
  return SPICE_PARSE_DONE;
}

SpiceParse
spice_link_parse_reply(const uint8_t *bytes, size_t size, SpiceLinkReplyMessage *ret_reply)
{
  size_t length = 0;
  SpiceLinkResult result = SPICE_LINK_OK;
  SpiceParse parse = parse_header(bytes, size, REPLY_SIZE, &length, &result);
  if (parse != SPICE_PARSE_DONE)
    return parse;
  const uint8_t *body = bytes + SPICE_LINK_HEADER_SIZE;
  SpiceLinkReplyMessage reply = {.result = spice_read_u32(body), .size = SPICE_LINK_HEADER_SIZE + length};
  memcpy(reply.key, body + 4, SPICE_LINK_KEY_SIZE);
  if (!read_caps(body, length, REPLY_SIZE, body + 4 + SPICE_LINK_KEY_SIZE, &reply.common_caps,
                 &reply.channel_caps))
    return SPICE_PARSE_BAD;
  *ret_reply = reply;
  return SPICE_PARSE_DONE;
}

static void
write_header(uint8_t *bytes, size_t body)
{
  memcpy(bytes, MAGIC, 4);
  spice_write_u32(bytes + 4, VERSION_MAJOR);
  spice_write_u32(bytes + 8, VERSION_MINOR);
  spice_write_u32(bytes + 12, (uint32_t)body);
}

/* One word of each sort right behind the fixed part, whose last member @counts is. */
static void
write_caps(uint8_t *counts, size_t offset, uint32_t common, uint32_t channel)
{
  spice_write_u32(counts, 1);
  spice_write_u32(counts + 4, 1);
  spice_write_u32(counts + 8, (uint32_t)offset);
  spice_write_u32(counts + 12, common);
  spice_write_u32(counts + 16, channel);
}

size_t
spice_link_write_message(const SpiceLinkMessage *message, uint8_t ret_bytes[SPICE_LINK_MAX_BYTES])
{
  uint8_t *body = ret_bytes + SPICE_LINK_HEADER_SIZE;
  write_header(ret_bytes, MESSAGE_SIZE + 8);
  spice_write_u32(body, message->connection_id);
  body[4] = message->channel_type;
  body[5] = message->channel_id;
  write_caps(body + 6, MESSAGE_SIZE, message->common_caps, message->channel_caps);
  return SPICE_LINK_HEADER_SIZE + MESSAGE_SIZE + 8;
}

size_t
spice_link_write_reply(const SpiceLinkReplyMessage *reply, uint8_t ret_bytes[SPICE_LINK_MAX_BYTES])
{
  uint8_t *body = ret_bytes + SPICE_LINK_HEADER_SIZE;
  write_header(ret_bytes, REPLY_SIZE + 8);
  spice_write_u32(body, reply->result);
  memcpy(body + 4, reply->key, SPICE_LINK_KEY_SIZE);
  write_caps(body + 4 + SPICE_LINK_KEY_SIZE, REPLY_SIZE, reply->common_caps, reply->channel_caps);
  return SPICE_LINK_HEADER_SIZE + REPLY_SIZE + 8;
}
