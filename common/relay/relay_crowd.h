/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many connections each client address is still setting up, so that one address cannot take every place
 * while others wait. Knows addresses and numbers alone; which connection counts, and for how long, is its
 * caller's. Safe to use from all threads. Private to common/relay.
 */
#pragma once

#include <glib.h>
#include <sys/socket.h>

typedef struct RelayCrowd RelayCrowd;

/** An empty crowd that lets @limit connections of one address in at a time. */
RelayCrowd *relay_crowd_new(guint limit);

/**
 * The number under which @address is counted: an IPv4 address (also one mapped into IPv6), or the /64 network
 * of an IPv6 address, because one machine has all of that. Never 0.
 */
guint64 relay_crowd_key(const struct sockaddr_storage *address);

/** One more of @key; FALSE when there are too many. Each TRUE is followed by one relay_crowd_leave(). */
gboolean relay_crowd_enter(RelayCrowd *crowd, guint64 key);

/** One less of @key. */
void relay_crowd_leave(RelayCrowd *crowd, guint64 key);

/** Frees @crowd (nullable). */
void relay_crowd_free(RelayCrowd *crowd);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RelayCrowd, relay_crowd_free)
