/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The SPICE link handshake as values: the client's link message, the server's reply, and the way back to
 * bytes. Source: spice-protocol's protocol.h (SpiceLinkHeader, SpiceLinkMess, SpiceLinkReply), protocol 2.2.
 * The parsers take any prefix of a peer's bytes and tell "need more", "bad" and "done" apart; nothing is
 * allocated.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SPICE_LINK_HEADER_SIZE    16
#define SPICE_LINK_MAX_SIZE       4096 /* of a message or reply after its header, as spice-server bounds it */
#define SPICE_LINK_MAX_BYTES      (SPICE_LINK_HEADER_SIZE + SPICE_LINK_MAX_SIZE)
#define SPICE_LINK_MAX_CAPS       32  /* words of capabilities of one sort */
#define SPICE_LINK_KEY_SIZE       162 /* a DER SubjectPublicKeyInfo of a 1024-bit RSA key */
#define SPICE_LINK_TICKET_SIZE    128
#define SPICE_LINK_MECHANISM_SIZE 4
#define SPICE_LINK_RESULT_SIZE    4
#define SPICE_LINK_AUTH_SPICE     1u /* the auth mechanism: an encrypted ticket */

/** Results of a link (SpiceLinkErr). Need-secured (5) is left out: spice-gtk answers it with endless
 * reconnects. */
typedef enum {
  SPICE_LINK_OK = 0,
  SPICE_LINK_ERROR = 1,
  SPICE_LINK_INVALID_MAGIC = 2,
  SPICE_LINK_INVALID_DATA = 3,
  SPICE_LINK_VERSION_MISMATCH = 4,
  SPICE_LINK_PERMISSION_DENIED = 7,
  SPICE_LINK_BAD_CONNECTION_ID = 8,
  SPICE_LINK_CHANNEL_NOT_AVAILABLE = 9,
} SpiceLinkResult;

typedef enum {
  SPICE_PARSE_MORE, /**< the bytes are a good beginning */
  SPICE_PARSE_BAD,  /**< they can never become right */
  SPICE_PARSE_DONE,
} SpiceParse;

/** A client's link message. Capability words beyond the first are kept out: no bit of them is defined. */
typedef struct {
  uint32_t connection_id; /**< 0 asks for a new session */
  uint8_t channel_type;
  uint8_t channel_id;
  uint32_t common_caps;
  uint32_t channel_caps;
  size_t size; /**< bytes of the message with its header */
} SpiceLinkMessage;

/** A server's reply. */
typedef struct {
  uint32_t result; /**< SpiceLinkResult; when it is not OK the rest means nothing */
  uint8_t key[SPICE_LINK_KEY_SIZE];
  uint32_t common_caps;
  uint32_t channel_caps;
  size_t size; /**< bytes of the reply with its header */
} SpiceLinkReplyMessage;

/** Parses a link message at the start of @bytes. On BAD @ret_result tells what a server would answer. */
SpiceParse spice_link_parse_message(const uint8_t *bytes, size_t size, SpiceLinkMessage *ret_message,
                                    SpiceLinkResult *ret_result);

/** Parses a server's reply at the start of @bytes. */
SpiceParse spice_link_parse_reply(const uint8_t *bytes, size_t size, SpiceLinkReplyMessage *ret_reply);

/** Writes @message (its size member is not read) with one word of each sort; returns the bytes written. */
size_t spice_link_write_message(const SpiceLinkMessage *message, uint8_t ret_bytes[SPICE_LINK_MAX_BYTES]);

/** Writes @reply (its size member is not read) with one word of each sort; returns the bytes written. */
size_t spice_link_write_reply(const SpiceLinkReplyMessage *reply, uint8_t ret_bytes[SPICE_LINK_MAX_BYTES]);

/** Reads a little-endian number of 2 bytes. */
uint16_t spice_read_u16(const uint8_t *bytes);

/** Reads a little-endian number of 4 bytes. */
uint32_t spice_read_u32(const uint8_t *bytes);

/** Writes a little-endian number. */
void spice_write_u32(uint8_t *ret_bytes, uint32_t value);
