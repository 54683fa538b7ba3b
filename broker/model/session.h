/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A session: one user's use of one desktop of one pool, from the request to its end.
 */
#pragma once

#include <glib.h>

typedef enum {
  SESSION_REQUESTED,
  SESSION_PREPARING,    /**< the desktop is being made */
  SESSION_READY,        /**< a console may be opened */
  SESSION_CONNECTED,    /**< a console is open */
  SESSION_DISCONNECTED, /**< the console was closed, the desktop goes on */
  SESSION_ENDED,
  SESSION_STATES
} SessionState;

typedef struct {
  char *id; /**< UUID */
  char *pool_id;
  char *pool_name;
  char *user_id;
  char *user_name;
  char *desktop_id;   /**< (nullable) before one was found */
  char *desktop_name; /**< (nullable) */
  char *host;         /**< (nullable) */
  SessionState state;
  char *step;     /**< progress of the desktop, as a sentence */
  guint progress; /**< 0 … 100 */
  gint64 created_us;
  char *connected_from; /**< (nullable) address of the device */
  char *viewer;         /**< "native", "browser", "vv", "" before the first console */
  char
      *device; /**< hash of the sign-in that was last let in, "" once it was told to leave; not for the API */
  char *end_code; /**< (nullable) stable code, set when it ended */
  GStrv reasons;  /**< sentences: why it ended, why it does not get on */
} Session;

/** The stable name of @state (static). */
const char *session_state_name(SessionState state);

/** The state called @name; SESSION_ENDED for anything unknown. */
SessionState session_state_from_name(const char *name);

/** A copy of @session. */
Session *session_copy(const Session *session);

/** Adds the sentence @reason to the reasons of @session. */
void session_add_reason(Session *session, const char *reason);

/** Frees @session (nullable). */
void session_free(Session *session);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Session, session_free)
