/* SPDX-License-Identifier: Apache-2.0 */
#include "common/spice/spice_link.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  SpiceLinkMessage message;
  SpiceLinkReplyMessage reply;
  SpiceLinkResult result;
  if (spice_link_parse_message(data, size, &message, &result) == SPICE_PARSE_DONE)
    assert(message.size <= size && message.size <= SPICE_LINK_MAX_BYTES);
  if (spice_link_parse_reply(data, size, &reply) == SPICE_PARSE_DONE)
    assert(reply.size <= size && reply.size <= SPICE_LINK_MAX_BYTES);
  return 0;
}
