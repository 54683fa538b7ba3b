/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kinds of SPICE channel: numbers, the names that grants and policies use, sets of them, and the
 * capabilities that a relay promises in a server's name or passes on in a client's. Numbers are those of
 * spice-protocol's enums.h; plain C11 without any library, because the browser client is built from it too.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum {
  SPICE_TYPE_MAIN = 1,
  SPICE_TYPE_DISPLAY = 2,
  SPICE_TYPE_INPUTS = 3,
  SPICE_TYPE_CURSOR = 4,
  SPICE_TYPE_PLAYBACK = 5,
  SPICE_TYPE_RECORD = 6,
  SPICE_TYPE_SMARTCARD = 8,
  SPICE_TYPE_USBREDIR = 9,
  SPICE_TYPE_PORT = 10,
  SPICE_TYPE_WEBDAV = 11,
} SpiceChannelKind;

/** A set of channel kinds: bit N stands for kind N. */
typedef uint32_t SpiceChannelSet;

#define SPICE_COMMON_AUTH_SELECTION (1u << 0)
#define SPICE_COMMON_AUTH_SPICE     (1u << 1)
#define SPICE_COMMON_MINI_HEADER    (1u << 3)
/** What both legs of a relay speak; SASL (bit 2) is not among it. */
#define SPICE_COMMON_RELAYED                                                                                 \
  (SPICE_COMMON_AUTH_SELECTION | SPICE_COMMON_AUTH_SPICE | SPICE_COMMON_MINI_HEADER)

/** The name of kind @type ("main"), a static string; NULL for a number that is no channel kind. */
const char *spice_channel_name(uint8_t type);

/** The kind named @name; false when there is none. */
bool spice_channel_from_name(const char *name, uint8_t *ret_type);

/** The set that holds @type alone; empty for a number that is no channel kind. */
SpiceChannelSet spice_channel_set_of(uint8_t type);

/** The channel capabilities that every SPICE server of ours offers for @type, and a relay therefore may
 * promise. */
uint32_t spice_channel_server_caps(uint8_t type);

/** The capabilities of a client that a relay passes on for @type: all that work through a byte stream. */
uint32_t spice_channel_client_caps(uint8_t type);
