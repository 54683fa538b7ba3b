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

/** The connections of one server, by which a shutdown finds them; a set of FrontConnection. */
GHashTable *front_connection_set_new(void);

/** Ends those of @set that wait for a request. */
void front_connection_set_abort_idle(GHashTable *set);

typedef struct {
  guint read_limit_ms; /**< for a whole request, from its first byte */
  guint idle_limit_ms; /**< from an answer to the next request */
} FrontLimits;

/**
 * Hands the stream socket @fd (transfer full) to @server as a connection from @client_address:@client_port.
 * It is in @set, which must outlive it, until it ends.
 */
gboolean front_connection_accept(SoupServer *server, GHashTable *set, int fd, const char *client_address,
                                 guint16 client_port, const FrontLimits *limits,
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

/** To be called when a request begins: it must now arrive within the limit. */
void front_connection_request_started(FrontConnection *connection);

/** To be called when a request has been read: no limit holds while it is answered. */
void front_connection_request_read(FrontConnection *connection);

/** To be called when a request has been answered: the next must begin within the limit. */
void front_connection_request_answered(FrontConnection *connection);
