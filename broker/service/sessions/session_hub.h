/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The listeners of each session and the one value that waits for each of them. Owns them; who may listen is
 * decided before.
 */
#pragma once

#include "broker/model/session.h"

#define SESSION_HUB_LISTENERS_MAX      4096
#define SESSION_HUB_USER_LISTENERS_MAX 16

typedef struct SessionHub SessionHub;
typedef struct SessionListener SessionListener;

/** Called in the listener's context with the newest value (borrowed); NULL: it may not listen any more. */
typedef void (*SessionHubCallback)(const Session *session, gpointer user_data);

/** A hub without listeners. */
SessionHub *session_hub_new(void);

/** Adds a listener of @user_id, signed in by @device (hash of the token), to @session, which is the first
 * value it gets, in @context (nullable: the default one). CARAWAY_ERROR_OVERLOADED beyond the limits. */
SessionListener *session_hub_listen(SessionHub *hub, const char *user_id, const char *device,
                                    const Session *session, GMainContext *context,
                                    SessionHubCallback callback, gpointer user_data,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Hands @session to its listeners; never blocks on one. */
void session_hub_publish(SessionHub *hub, const Session *session);

/** Tells the listeners of @user_id that they may not listen any more: those of @device alone (nullable: of
 * all). */
void session_hub_cut(SessionHub *hub, const char *user_id, const char *device);

/** The same for those of @user_id that listen to @session_id, which is somebody else's. */
void session_hub_cut_stranger(SessionHub *hub, const char *user_id, const char *session_id);

/** The set of the ids of sessions of somebody else that @user_id listens to (transfer full). */
GHashTable *session_hub_strangers(SessionHub *hub, const char *user_id);

/** The set of the ids of sessions that somebody listens to (transfer full). */
GHashTable *session_hub_sessions(SessionHub *hub);

/** The set of the ids of users who listen (transfer full). */
GHashTable *session_hub_users(SessionHub *hub);

/** The set of the devices by which @user_id listens (transfer full). */
GHashTable *session_hub_devices(SessionHub *hub, const char *user_id);

/** How many listeners there are. */
guint session_hub_count(SessionHub *hub);

/** Removes @listener (nullable) from its hub and frees it; in its context. */
void session_hub_remove(SessionListener *listener);

/** Frees @hub (nullable), which has no listeners any more. */
void session_hub_free(SessionHub *hub);
