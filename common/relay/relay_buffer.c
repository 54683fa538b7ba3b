/* SPDX-License-Identifier: Apache-2.0 */
#include "common/relay/relay_buffer.h"

#include <string.h>

gsize
relay_buffer_size(const RelayBuffer *buffer)
{
  return buffer->end - buffer->start;
}

gsize
relay_buffer_space(const RelayBuffer *buffer)
{
  return RELAY_BUFFER_SIZE - relay_buffer_size(buffer);
}

guint8 *
relay_buffer_head(const RelayBuffer *buffer)
{
  return buffer->bytes != NULL ? buffer->bytes + buffer->start : NULL;
}

guint8 *
relay_buffer_reserve(RelayBuffer *buffer)
{
  if (buffer->bytes == NULL)
    buffer->bytes = g_malloc(RELAY_BUFFER_SIZE);
  if (buffer->start > 0) {
    memmove(buffer->bytes, buffer->bytes + buffer->start, relay_buffer_size(buffer));
    buffer->end -= buffer->start;
    buffer->start = 0;
  }
  return buffer->bytes + buffer->end;
}

void
relay_buffer_commit(RelayBuffer *buffer, gsize size)
{
  buffer->end += size;
  if (relay_buffer_size(buffer) == 0)
    relay_buffer_clear(buffer);
}

void
relay_buffer_append(RelayBuffer *buffer, const void *bytes, gsize size)
{
  if (size == 0)
    return;
  g_return_if_fail(size <= relay_buffer_space(buffer));
  memcpy(relay_buffer_reserve(buffer), bytes, size);
  relay_buffer_commit(buffer, size);
}

void
relay_buffer_consume(RelayBuffer *buffer, gsize size)
{
  buffer->start += size;
  if (buffer->start == buffer->end)
    relay_buffer_clear(buffer);
}

void
relay_buffer_clear(RelayBuffer *buffer)
{
  g_clear_pointer(&buffer->bytes, g_free);
  buffer->start = buffer->end = 0;
}
