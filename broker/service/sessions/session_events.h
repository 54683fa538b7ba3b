/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Telling who listens about each change of a session, for server-sent events. A listener that is slow sees
 * the newest state, not every one; what waits for it is never more than one value. At most 4096 listeners, 16
 * of one user.
 */
#pragma once

#include "broker/model/caller.h"
#include "broker/model/session.h"
#include "broker/service/services.h"

typedef struct SessionSubscription SessionSubscription;

/** Called in the subscription's main context with the newest @session (borrowed); the last call has state
 * ended, or NULL: its listener has signed out, or may not listen any more. */
typedef void (*SessionChanged)(const Session *session, gpointer user_data);

/**
 * Calls @changed with the session @id as it is now, and at each change, from @context (nullable: the default
 * one). Fails with CARAWAY_ERROR_NOT_FOUND for somebody else's session, CARAWAY_ERROR_OVERLOADED beyond the
 * limits.
 */
SessionSubscription *session_events_subscribe(Services *services, const Caller *caller, const char *id,
                                              GMainContext *context, SessionChanged changed,
                                              gpointer user_data, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Ends @subscription (nullable) and frees it; to be called in its context, and no call follows. Before
 * services_free(). */
void session_events_unsubscribe(SessionSubscription *subscription);
