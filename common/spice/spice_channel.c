/* SPDX-License-Identifier: Apache-2.0 */
#include "common/spice/spice_channel.h"

#include <string.h>

/* Server capabilities were read from spice-server 0.15.1's replies. Client capabilities are all that
 * spice-protocol 0.14.3 defines, less GL_SCANOUT (display bit 7), which needs a Unix socket's descriptor
 * passing. */
static const struct {
  const char *name;
  uint32_t server_caps, client_caps;
  uint8_t type;
} kinds[] = {
    {"main", 0xf, 0xf, SPICE_TYPE_MAIN},         {"display", 0x1052, 0x7f7f, SPICE_TYPE_DISPLAY},
    {"inputs", 0x1, 0x1, SPICE_TYPE_INPUTS},     {"cursor", 0, 0, SPICE_TYPE_CURSOR},
    {"playback", 0xa, 0xf, SPICE_TYPE_PLAYBACK}, {"record", 0x6, 0x7, SPICE_TYPE_RECORD},
    {"smartcard", 0, 0, SPICE_TYPE_SMARTCARD},   {"usbredir", 0x1, 0x1, SPICE_TYPE_USBREDIR},
    {"port", 0x1, 0x1, SPICE_TYPE_PORT},         {"webdav", 0x1, 0x1, SPICE_TYPE_WEBDAV},
};

#define KIND_COUNT (sizeof kinds / sizeof kinds[0])

static size_t
kind_index(uint8_t type)
{
  size_t i = 0;
  while (i < KIND_COUNT && kinds[i].type != type)
    i++;
  return i;
}

const char *
spice_channel_name(uint8_t type)
{
  size_t i = kind_index(type);
  return i < KIND_COUNT ? kinds[i].name : NULL;
}

bool
spice_channel_from_name(const char *name, uint8_t *ret_type)
{
  for (size_t i = 0; i < KIND_COUNT; i++)
    if (strcmp(kinds[i].name, name) == 0) {
      *ret_type = kinds[i].type;
      return true;
    }
  return false;
}

SpiceChannelSet
spice_channel_set_of(uint8_t type)
{
  return kind_index(type) < KIND_COUNT ? (SpiceChannelSet)1 << type : 0;
}

uint32_t
spice_channel_server_caps(uint8_t type)
{
  size_t i = kind_index(type);
  return i < KIND_COUNT ? kinds[i].server_caps : 0;
}

uint32_t
spice_channel_client_caps(uint8_t type)
{
  size_t i = kind_index(type);
  return i < KIND_COUNT ? kinds[i].client_caps : 0;
}
