/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One decrypted HTTP connection between the relay engine and libsoup. libsoup's server has no time limits and
 * does not notice a client that leaves while an answer is being waited for; this module adds both. It lives
 * as long as libsoup's connection, and is found again from each of its messages.
 */
#pragma once

#include <libsoup/soup.h>

typedef struct FrontConnection FrontConnection;

/** Called once when the client has gone; @user_data as given to front_connection_watch(). */
typedef void (*FrontGone)(gpointer user_data);

/**
 * Hands the stream socket @fd (transfer full) to @server as a connection from @client_address:@client_port.
 * Each request must have arrived @read_limit_ms after its first byte, and the next one must have begun
 * @idle_limit_ms after the last answer.
 */
gboolean front_connection_accept(SoupServer *server, int fd, const char *client_address, guint16 client_port,
                                 guint read_limit_ms, guint idle_limit_ms,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The connection that @message came by. */
FrontConnection *front_connection_of(SoupServerMessage *message);

/** The client's address as text (transfer none). */
const char *front_connection_client(const FrontConnection *connection);

/** Calls @gone when the client leaves; NULL stops watching. There is one watcher, that of the request that is
 * being answered. */
void front_connection_watch(FrontConnection *connection, FrontGone gone, gpointer user_data);

/** Ends the connection at once, also in the middle of an answer. */
void front_connection_abort(FrontConnection *connection);

/** To be called when a request begins, has been read, and has been answered: moves the limits. */
void front_connection_request_started(FrontConnection *connection);
void front_connection_request_read(FrontConnection *connection);
void front_connection_request_answered(FrontConnection *connection);
