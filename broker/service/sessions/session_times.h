/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For how long something of a session has lasted, by steady time. The database keeps instants of wall time,
 * which a clock that is set makes wrong; this remembers at which steady time each was first seen, so that a
 * step of the clock neither ends a session nor lets it go on for ever. Used by one thread.
 */
#pragma once

#include <glib.h>

typedef enum {
  SESSION_TIME_BEGUN,
  SESSION_TIME_CONSOLE,
  SESSION_TIME_IDLE,
  SESSION_TIME_IDLE_WARNED,
  SESSION_TIME_AGE_WARNED,
  SESSION_TIMES
} SessionTime;

typedef struct SessionTimes SessionTimes;

/** Knows of nothing. */
SessionTimes *session_times_new(void);

/** A new look at all sessions begins: at steady time @steady_us it is @wall_us. */
void session_times_begin(SessionTimes *times, gint64 steady_us, gint64 wall_us);

/** For how long @what of @session_id has lasted that began at @since_us (wall time). */
gint64 session_times_since(SessionTimes *times, const char *session_id, SessionTime what, gint64 since_us);

/** The look is over: sessions that were not asked about are forgotten. */
void session_times_end(SessionTimes *times);

/** Frees @times (nullable). */
void session_times_free(SessionTimes *times);
