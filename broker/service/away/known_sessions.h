/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What this broker knows by heart about the sessions that live: whose they are, where their desktops run and
 * what a grant for them says. Kept true from what was committed (known_feed.h), used when the database is
 * away. Knows no more than the database did: nothing here makes anybody the owner of anything. Bounded by the
 * number of live sessions, at about 550 bytes each. Safe from any thread.
 */
#pragma once

#include "broker/model/host.h"
#include "broker/model/pool.h"
#include "broker/model/session.h"
#include "broker/service/away/known_devices.h"
#include "common/wire/epoch.h"

typedef struct KnownSessions KnownSessions;

/** One of them, with what a grant for it says. */
typedef struct {
  Session *session;
  Epoch epoch;
  GStrv channels;      /**< SPICE channels that its consoles may open */
  char *relay_address; /**< of its host's relay */
  guint16 relay_port;  /**< of its host's relay */
  gboolean host_is_up; /**< its host answered when that was last known */
  char *description;   /**< of its pool */
  PoolTakeOver take_over;
  PoolSecondFactor second_factor;
} KnownSession;

/** Knows nothing. */
KnownSessions *known_sessions_new(void);

/** Notes @pool; what was noted of it before is replaced. */
void known_sessions_put_pool(KnownSessions *known, const Pool *pool);

/** Notes where the relay of @host is, and whether it answers. */
void known_sessions_put_host(KnownSessions *known, const Host *host);

/** Notes @session, whose desktop has @epoch; one that has ended is forgotten. */
void known_sessions_put(KnownSessions *known, const Session *session, Epoch epoch);

/** Forgets the session @id. */
void known_sessions_forget(KnownSessions *known, const char *id);

/** All live sessions are about to be noted anew. */
void known_sessions_begin_load(KnownSessions *known);

/** They are: forgets those that were not. */
void known_sessions_end_load(KnownSessions *known);

/** The session @id (transfer full); NULL when it is not known to live. */
KnownSession *known_sessions_find(KnownSessions *known, const char *id);

/** The sessions of @user_id: an array of KnownSession (transfer full), by pool and slot. */
GPtrArray *known_sessions_of_user(KnownSessions *known, const char *user_id);

/** Notes that @device was let in to the session @id, and that the database does not know. */
void known_sessions_set_device(KnownSessions *known, const char *id, const char *device);

/** Notes that a console of the session @id on @desktop_id opened (@client is its address) or closed (NULL).
 */
void known_sessions_set_console(KnownSessions *known, const char *id, const char *desktop_id,
                                const char *client, const char *viewer);

/** The devices that are to be written now: an array of KnownDevice (transfer full). They outlive what is
 * known of their sessions. */
GPtrArray *known_sessions_devices(KnownSessions *known);

/** The database was told @written, an array of KnownDevice. */
void known_sessions_devices_written(KnownSessions *known, const GPtrArray *written);

/** How many there are. */
guint known_sessions_count(KnownSessions *known);

/** Frees @session (nullable). */
void known_session_free(KnownSession *session);

/** Frees @known (nullable). */
void known_sessions_free(KnownSessions *known);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(KnownSession, known_session_free)
