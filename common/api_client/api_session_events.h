/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Watching one session on the main loop: its events as they come, with a new try by itself after a broken
 * connection (1 s, doubled up to 15 s). Owns the subscription; ends by itself when the session has ended or
 * the server refuses.
 */
#pragma once

#include "common/api_client/api_client.h"
#include "common/api_client/api_session.h"

typedef struct ApiSessionEvents ApiSessionEvents;

/**
 * What a watcher is told, on the thread-default main context it was started from. In each of them the
 * subscription may be freed.
 */
typedef struct {
  void (*changed)(const ApiSession *session, gpointer user_data);
  void (*ended)(const ApiSession *session, gpointer user_data); /**< @session (nullable) in its last state */
  void (*failed)(const GError *error, gpointer user_data); /**< refused for good; a broken network is not */
} ApiSessionWatcher;

/**
 * Watches the session @id; @watcher (static) with @user_data is told until api_session_events_free()
 * (transfer full).
 */
ApiSessionEvents *api_session_events_new(ApiClient *client, const char *id, const ApiSessionWatcher *watcher,
                                         gpointer user_data);

/** Ends the subscription (nullable); nothing is told afterwards. */
void api_session_events_free(ApiSessionEvents *events);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ApiSessionEvents, api_session_events_free)
