/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What people may still do while the database is away, from what this broker knows by heart: who signed in
 * before goes on, and comes back to desktops that were theirs before. Nobody gets anything that they did not
 * have, and nothing here is written but to memory: the journal and the devices follow when the database is
 * back (database_return.h).
 *
 * Each takes the @trouble (transfer full) that made it necessary. What is not known is refused with it, as
 * CARAWAY_ERROR_DATABASE_AWAY: that may be otherwise once the database can be asked.
 */
#pragma once

#include "broker/model/user.h"
#include "broker/service/connect/connect.h"
#include "broker/service/connect/console_access.h"

/** Who signed in with the token of @token_hash; as sign_in_check(). */
Caller *known_access_caller(Services *services, const char *token_hash, const char *address, GError *trouble,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The account of @caller, without its groups. */
User *known_access_user(Services *services, const Caller *caller, GError *trouble,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The session @id, one's own or, for an administrator, anybody's. */
Session *known_access_session(Services *services, const Caller *caller, const char *id, GError *trouble,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Ends the sign-in of @caller at this broker at once, and everywhere when the database is back. */
gboolean known_access_sign_out(Services *services, const Caller *caller, GError *trouble,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** All sessions of @caller: an array of Session. */
GPtrArray *known_access_sessions(Services *services, const Caller *caller, GError *trouble,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The pools on which @caller has sessions, as connect_offers(). */
GPtrArray *known_access_offers(Services *services, const Caller *caller, GError *trouble,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** One's own session on the pool with id or name @pool, as connect_pool(); another one is not to be had. */
Session *known_access_resume(Services *services, const Caller *caller, const char *pool,
                             const ConnectOptions *options, GError *trouble,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** A console of one's own session, as console_access_create(). */
ConsoleAccess *known_access_console(Services *services, const Caller *caller, const char *session_id,
                                    Viewer viewer, gboolean take_over, GError *trouble,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Redeems @password if it was given out while the database was away, as console_access_redeem(). FALSE
 * without @error: it was not. TRUE: @ret_grant is the grant, or NULL with @error.
 */
gboolean known_access_redeem(Services *services, const char *password, const char *peer_role,
                             const char *peer_name, char **ret_grant, GError **error);
