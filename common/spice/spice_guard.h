/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a client may say to a SPICE server: a table of messages by channel, their sizes, and the little state
 * that decides whether one is in place. It exists because spice-server aborts, and QEMU with it, on some
 * messages that no honest client sends (a second DISPLAY_INIT, MIGRATE_FLUSH_MARK out of a migration). Pure:
 * no I/O. Sizes are those of spice.proto and of spice-server's receive buffers.
 */
#pragma once

#include "common/spice/spice_channel.h"
#include "common/spice/spice_message.h"

/** So many bytes of a payload (or all of a shorter one) are looked at before a message may pass. */
#define SPICE_GUARD_PEEK 16

typedef struct {
  uint8_t channel_type;
  bool display_is_initialised;
  bool server_migrates;
  bool flush_mark_was_sent, migrate_data_was_sent;
} SpiceGuard;

/** A guard in front of a channel of @channel_type that was just linked. */
void spice_guard_init(SpiceGuard *guard, uint8_t channel_type);

/** Notes a message of the server that changes what the client may say. */
void spice_guard_note_server(SpiceGuard *guard, uint16_t type);

/**
 * Judges the client's message @header whose first bytes (SPICE_GUARD_PEEK, or all) are at @payload. NULL when
 * it may pass, and the guard then takes it as sent; else what is wrong with it, for the log (static).
 */
const char *spice_guard_check(SpiceGuard *guard, const SpiceMessageHeader *header, const uint8_t *payload);
