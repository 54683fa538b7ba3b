/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the server is about to do to a session, as its user reads it: in their language and counted down by
 * the minute. Pure: the time is handed in.
 */
#pragma once

#include "common/api_client/api_session.h"

typedef struct {
  const char *title;  /**< a headline (static, translated) */
  const char *advice; /**< (nullable) what to do (static, translated) */
  char *text;         /**< a sentence, with the time that is left where that is known */
  gboolean is_last;   /**< the last minute has begun */
  gint64 next_us;     /**< it reads otherwise in so long; 0: it stays as it is */
} SessionWarning;

/** What the warning of @session says at @now_us of the server's time (since 1970 UTC); FALSE: there is none.
 * A code or an action that is not known leaves the server's sentence. @ret_warning is to be cleared. */
gboolean session_warning_read(const ApiSession *session, gint64 now_us, SessionWarning *ret_warning);

/** Frees what @warning holds. */
void session_warning_clear(SessionWarning *warning);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(SessionWarning, session_warning_clear)
