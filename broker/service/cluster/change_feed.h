/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What use cases changed, here or at another broker of the database: the one place that hears of it, reads
 * the rows anew and tells whoever waits — listeners of sessions, hosts whose links end here, the keeper. Owns
 * the list of what is to be read and the thread that does it. A change that may have been missed is looked
 * for.
 */
#pragma once

#include "broker/service/services.h"

typedef struct ChangeFeed ChangeFeed;

/** The channels of db_notify(), and their payloads. */
#define CHANGE_SESSION      "session"      /**< its id */
#define CHANGE_OUTBOX       "outbox"       /**< name of the host that commands wait for */
#define CHANGE_POOLS        "pools"        /**< empty: the keeper has something to look at */
#define CHANGE_HOST         "host"         /**< its name: state or link */
#define CHANGE_BROKER       "broker"       /**< empty: lease, address or end of a broker */
#define CHANGE_KEYS         "keys"         /**< empty: keys that grants are signed with */
#define CHANGE_CERTIFICATES "certificates" /**< empty: one was issued or revoked */
#define CHANGE_SIGN_IN                                                                                       \
  "sign-in"                    /**< id of an account some of whose sign-ins ended, or whose rights changed */
#define CHANGE_RIGHTS "rights" /**< empty: rights of several accounts, by a role or a group */

/** Listens to the database of @services (borrowed); nothing is told before change_feed_start() or
 * change_feed_catch_up(). */
ChangeFeed *change_feed_new(Services *services);

/** Starts the thread. */
void change_feed_start(ChangeFeed *feed);

/** Ends the thread and stops listening; safe to call again. */
void change_feed_stop(ChangeFeed *feed);

/** Tells all that was committed before this call, in this thread: for tests, which start none. */
gboolean change_feed_catch_up(ChangeFeed *feed, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Anything may have been missed: looks for it. */
void change_feed_miss(ChangeFeed *feed);

/** Nothing is told from now on till change_feed_release(): what is read meanwhile is told again after it if
 * it changed since. */
void change_feed_hold(ChangeFeed *feed);

/** Ends change_feed_hold(), in the same thread. */
void change_feed_release(ChangeFeed *feed);

/** Frees @feed (nullable). */
void change_feed_free(ChangeFeed *feed);
