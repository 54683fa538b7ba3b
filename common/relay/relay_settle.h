/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ends a channel without hurting the machine behind it. spice-server 0.15.1 crashes, and QEMU with it, when a
 * display channel goes away before its DISPLAY_INIT was taken: by itself, or because its main channel went.
 * So such a display is initialised in the client's place before it is closed, and main channels wait for
 * their displays. Private to common/relay.
 */
#pragma once

#include "common/relay/relay_connection.h"

/** An empty set of displays that must not lose their main channel now; safe to use from all threads. */
RelayUnsettled *relay_unsettled_new(void);

/** Frees @unsettled (nullable). */
void relay_unsettled_free(RelayUnsettled *unsettled);

/** The link of @connection is going to the server. */
void relay_settle_note_link(RelayConnection *connection);

/** The server of @connection has taken its DISPLAY_INIT, or its socket is closed. */
void relay_settle_note_safe(RelayConnection *connection);

/** Whether the server's end of @connection must live on for a moment; it is then in the state SETTLING. */
gboolean relay_settle_begin(RelayConnection *connection);

/** SETTLING: goes on; relay_connection_finish() when it is safe. */
gboolean relay_settle_step(RelayConnection *connection);
