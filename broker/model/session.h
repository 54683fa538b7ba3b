/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A session: one user's use of one desktop of one pool, from the request to its end.
 */
#pragma once

#include "broker/model/pool.h"
#include "common/wire/epoch.h"

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
  char *end_code;       /**< (nullable) stable code, set when it ended */
  GStrv reasons;        /**< sentences: why it ended, why it does not get on, what its user is warned of */
  guint slot;           /**< which of its user's desktops of the pool it is, from 1 */
  PoolKind kind;        /**< of its pool */
  char *power;          /**< (nullable) of its desktop, the stable name */
  gboolean may_restart; /**< whether its pool lets users do that */
  gboolean may_reset;
  PoolLogoff on_logoff;    /**< of its pool: what becomes of the desktop when its user logs off */
  gint64 console_since_us; /**< since then a console has been open, or none has, as the state says; 0: not
                              known, or the desktop is not ready */
  gint64 idle_since_us;    /**< since then nobody has moved in its desktop; 0: not known */
  gint64 idle_warned_us;   /**< when its user was warned of the idle limit; 0: was not */
  gint64 age_warned_us;    /**< of its longest time */
  gint64 idle_warning_us;  /**< so long after the warning of the idle limit it is due; 0: its pool has none */
  gint64 age_warning_us;   /**< as idle_warning_us, of its longest time */
  gboolean left_done;      /**< what the pool does when it is left was done since it was left */
  char *notice;            /**< (nullable) the warning that holds now; among the reasons, too */
  Epoch epoch;             /**< of its desktop while the session lives; {0, 0}: there is none */
} Session;

/** What a session's notice says, for those who have words of their own for it. */
typedef struct {
  const char *code;   /**< (nullable) stable: "idle-limit", "session-limit", "idle-disconnected" (static) */
  const char *action; /**< (nullable) what is about to be done: "disconnect" or "logoff" (static) */
  gint64 until_us;    /**< when that is due; 0: it was done, or is not known */
} SessionNotice;

/** The stable name of @state (static). */
const char *session_state_name(SessionState state);

/** The state called @name; SESSION_ENDED for anything unknown. */
SessionState session_state_from_name(const char *name);

/** Whether something inside the desktop of @session carries out what its broker asks: locking, signing out,
 * messages. In a machine that was adopted there is nothing. */
gboolean session_has_agent(const Session *session);

/** What the notice of @session is about; all members are empty while there is none. The warning of the
 * longest time goes before that of the idle limit, as it does in the notice. */
SessionNotice session_notice(const Session *session);

/** A copy of @session. */
Session *session_copy(const Session *session);

/** Adds the sentence @reason to the reasons of @session. */
void session_add_reason(Session *session, const char *reason);

/** Frees @session (nullable). */
void session_free(Session *session);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Session, session_free)
