/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The decrypted HTTP connections between the relay engine and libsoup, and their limits. libsoup's server has
 * no limits of time, does not notice a client that leaves while an answer is waited for, and never forgets a
 * kept connection that ends between two requests (3.2). So it gets each connection for one request at a time;
 * in between the connection rests here.
 */
#pragma once

#include <libsoup/soup.h>

typedef struct FrontSet FrontSet;
typedef struct FrontConnection FrontConnection;

typedef struct {
  guint read_limit_ms; /**< for a whole request, from its first byte */
  guint idle_limit_ms; /**< until the next request begins */
} FrontLimits;

/** Called once when the client has gone; @user_data as given to front_connection_watch(). */
typedef void (*FrontGone)(gpointer user_data);

/** An empty set of connections for @server, which must not listen anywhere itself (a reference is taken). */
FrontSet *front_set_new(SoupServer *server, const FrontLimits *limits);

/** Adds the stream socket @fd (transfer full), a connection from @client_address:@client_port. */
void front_set_add(FrontSet *set, int fd, const char *client_address, guint16 client_port);

/** Ends the connections that wait for a request, and every other with its answer. */
void front_set_drain(FrontSet *set);

/** Whether @set has no connection. */
gboolean front_set_is_empty(const FrontSet *set);

/** Ends every connection and frees @set (nullable). */
void front_set_free(FrontSet *set);

/** The connection that @message came by; valid as long as @message (transfer none). */
FrontConnection *front_connection_of(SoupServerMessage *message);

/** The client's address as text (transfer none). */
const char *front_connection_client(const FrontConnection *connection);

/** Calls @gone when the client leaves; NULL stops watching. There is one watcher, that of the request that is
 * being answered. */
void front_connection_watch(FrontConnection *connection, FrontGone gone, gpointer user_data);

/** Ends the connection at once, also in the middle of an answer. */
void front_connection_abort(FrontConnection *connection);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(FrontSet, front_set_free)
