/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Message framing after the link: the header in front of each message, mini (6 bytes) or full (18 bytes), and
 * a cursor that walks over a stream of messages piece by piece. Source: spice-protocol's SpiceMiniDataHeader
 * and SpiceDataHeader.
 */
#pragma once

#include "common/spice/spice_link.h"

#define SPICE_MINI_HEADER_SIZE 6
#define SPICE_FULL_HEADER_SIZE 18
/** Larger messages are taken for a framing error: a raw 8K screen is 132 MB. */
#define SPICE_MESSAGE_MAX_SIZE (512u << 20)

/* Messages that a relay looks at (enums.h). */
#define SPICE_MSG_MIGRATE_TYPE                  1
#define SPICE_MSG_BASE_LAST_TYPE                100
#define SPICE_MSG_MAIN_MIGRATE_BEGIN_TYPE       101
#define SPICE_MSG_MAIN_INIT_TYPE                103
#define SPICE_MSG_MAIN_MIGRATE_SWITCH_HOST_TYPE 111
#define SPICE_MSG_MAIN_MIGRATE_SEAMLESS_TYPE    116

typedef struct {
  uint16_t type;
  uint32_t size;     /**< of the payload */
  uint32_t sub_list; /**< full header only: offset of sub-messages, 0 for none */
} SpiceMessageHeader;

/** Where a stream stands: in front of a header, or `remaining` bytes before the end of a message. */
typedef struct {
  bool mini;
  uint64_t remaining;
} SpiceCursor;

/** Bytes of a header on @cursor's stream. */
size_t spice_cursor_header_size(const SpiceCursor *cursor);

/** Parses the header at the start of @bytes; BAD when the size in it is beyond SPICE_MESSAGE_MAX_SIZE. */
SpiceParse spice_cursor_parse_header(const SpiceCursor *cursor, const uint8_t *bytes, size_t size,
                                     SpiceMessageHeader *ret_header);

/** Enters the message whose header was just parsed: header and payload are still to be walked over. */
void spice_cursor_enter(SpiceCursor *cursor, const SpiceMessageHeader *header);

/** How many of @size bytes belong to the present message. */
size_t spice_cursor_limit(const SpiceCursor *cursor, size_t size);

/** Walks over @size bytes, at most spice_cursor_limit(). */
void spice_cursor_advance(SpiceCursor *cursor, size_t size);
