/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What time alone does to a session: a desktop that was left is locked, logged off or shut down, one that
 * nobody uses is disconnected, one that lasts too long is ended, and its user is warned before. All times are
 * durations up to now, so that no clock is compared with another.
 */
#pragma once

#include "broker/model/pool.h"
#include "broker/model/session.h"

#define SESSION_LIMITS_NEVER (-1)

typedef enum {
  SESSION_ACTION_NOTHING,
  SESSION_ACTION_WARN, /**< show the text in the desktop, once */
  SESSION_ACTION_LOCK,
  SESSION_ACTION_LOGOFF,     /**< as the user would: what the pool does on log-off follows */
  SESSION_ACTION_SHUTDOWN,   /**< switch the desktop off and end the session */
  SESSION_ACTION_DISCONNECT, /**< close the console, keep the session */
  SESSION_ACTION_END,        /**< end the session: its time is over */
  SESSION_ACTIONS
} SessionAction;

typedef enum {
  SESSION_LIMIT_AWAY, /**< on_disconnect and its delay */
  SESSION_LIMIT_IDLE, /**< idle_limit_s */
  SESSION_LIMIT_AGE,  /**< session_limit_s */
  SESSION_LIMITS
} SessionLimit;

typedef struct {
  SessionState state;
  const Pool *pool;       /**< whose rules these are */
  gint64 console_us;      /**< for so long a console has been open, or none has, as the state says;
                             SESSION_LIMITS_NEVER: not known */
  gint64 idle_us;         /**< for so long nobody has moved in it; SESSION_LIMITS_NEVER: not known */
  gint64 age_us;          /**< since it was begun */
  gint64 idle_warned_us;  /**< since its user was warned of the idle limit; SESSION_LIMITS_NEVER: was not */
  gint64 age_warned_us;   /**< of its longest time */
  gboolean was_left_done; /**< what on_disconnect asks for was done since it was left */
} SessionLimitFacts;

typedef struct {
  SessionAction action;
  SessionLimit limit; /**< which limit it is, unless there is nothing to do */
  char *text;         /**< (nullable) warning for the user, or the reason of the action, as a sentence */
  gboolean takes_idle_back; /**< somebody moved: the warning of the idle limit no longer holds */
  gboolean takes_age_back;  /**< the longest time was made longer: the warning of it no longer holds */
  gint64 next_us;           /**< look again in so long; SESSION_LIMITS_NEVER: not before something changes */
} SessionLimitDecision;

/** Whether sessions of @pool have any limit at all. */
gboolean session_limits_apply(const Pool *pool);

/** What is to be done now; @ret_decision is to be cleared. */
void session_limits_decide(const SessionLimitFacts *facts, SessionLimitDecision *ret_decision);

/** Frees what @decision holds. */
void session_limits_clear(SessionLimitDecision *decision);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(SessionLimitDecision, session_limits_clear)
