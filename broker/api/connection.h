/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One TLS connection of a client: who is behind it, and how long it may take for what it is doing. Slow and
 * idle peers are cut here, because the HTTP library has no limits of time. Main loop only.
 */
#pragma once

#include "common/net/identity.h"

#include <libsoup/soup.h>

typedef struct Connection Connection;

typedef enum {
  CONNECTION_READING, /**< waits for a request or reads one */
  CONNECTION_WORKING, /**< the broker's turn: no limit */
  CONNECTION_WRITING, /**< the client has to take the answer */
} ConnectionPhase;

/** A connection on @socket, in the phase of its TLS handshake. @gone is called with @user_data when it is
 * freed. */
Connection *connection_new(GSocketConnection *socket, GFunc gone, gpointer user_data);

/** Notes who is behind it after the handshake: @peer (transfer full) by @certificate, both nullable. Starts
 * the phase of reading. */
void connection_set_peer(Connection *connection, Identity *peer, GTlsCertificate *certificate);

/** The address to hand to soup_server_accept_iostream(): it owns @connection from then on (transfer full). */
GSocketAddress *connection_take_address(Connection *connection);

/** The connection that @message came over (transfer none); NULL once it was upgraded. */
Connection *connection_of(SoupServerMessage *message);

/** Whose certificate was verified (transfer none), NULL for a client without one. */
const Identity *connection_peer(const Connection *connection);

/** Whether the peer's certificate is good for the name or IP address @host. */
gboolean connection_peer_has_name(const Connection *connection, const char *host);

/** The client's IP address as text (transfer none). */
const char *connection_address(const Connection *connection);

/** Starts @phase with its limit of time. */
void connection_set_phase(Connection *connection, ConnectionPhase phase);

/** Cuts the connection; the HTTP library notices as if the client had gone. */
void connection_abort(Connection *connection);

/** Frees @connection (nullable). */
void connection_free(Connection *connection);
