/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a connection tells the engine's owner, as letters. Private to common/relay.
 */
#pragma once

#include "common/relay/relay_connection.h"

/** Hands @request (transfer full) to the owner. */
void relay_letters_admit(RelayShared *shared, RelayRequest *request);

/** The server named the session of @connection. */
void relay_letters_session_known(RelayShared *shared, guint64 connection, guint32 session_id);

/** An admitted connection has ended; texts are copied. */
void relay_letters_closed(RelayShared *shared, const RelayClosed *closed);

/** Other HTTP comes through @fd (transfer full). */
void relay_letters_stream(RelayShared *shared, int fd, const char *address, guint16 port);

/** A request of @connection as it stands; takes its credential's copy. */
RelayRequest *relay_request_new(const RelayConnection *connection);
