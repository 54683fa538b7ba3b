/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes on their way through the relay: a queue of at most RELAY_BUFFER_SIZE. Its memory exists only while
 * bytes are in it, so that an idle connection costs none; the bound is what carries back-pressure from one
 * end to the other.
 */
#pragma once

#include <glib.h>

/** Large enough for any link message, request head or peeked payload; small, so that a slow line queues
 * little. */
#define RELAY_BUFFER_SIZE 32768

typedef struct {
  guint8 *bytes;
  gsize start, end;
} RelayBuffer;

/** How many bytes wait. */
gsize relay_buffer_size(const RelayBuffer *buffer);

/** How many more fit. */
gsize relay_buffer_space(const RelayBuffer *buffer);

/** The first waiting byte (transfer none; valid until the buffer changes). */
guint8 *relay_buffer_head(const RelayBuffer *buffer);

/** Room for relay_buffer_space() bytes behind the waiting ones; tell relay_buffer_commit() how many were put
 * there. */
guint8 *relay_buffer_reserve(RelayBuffer *buffer);

/** Makes the first @size bytes of that room waiting ones. */
void relay_buffer_commit(RelayBuffer *buffer, gsize size);

/** Appends @size bytes, which must fit. */
void relay_buffer_append(RelayBuffer *buffer, const void *bytes, gsize size);

/** Takes @size bytes away from the front. */
void relay_buffer_consume(RelayBuffer *buffer, gsize size);

/** Forgets everything. */
void relay_buffer_clear(RelayBuffer *buffer);
