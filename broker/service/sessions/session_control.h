/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an owner or an administrator does to a session. Each is entered and answered at once; what follows is
 * told by the session's events. CARAWAY_ERROR_NOT_FOUND for somebody else's session,
 * CARAWAY_ERROR_SESSION_ENDED, CARAWAY_ERROR_NOT_READY while its desktop is still being made,
 * CARAWAY_ERROR_HOST_GONE, CARAWAY_ERROR_FORBIDDEN when the pool does not let its users do that.
 */
#pragma once

#include "broker/model/caller.h"
#include "broker/model/session.h"
#include "broker/service/services.h"

typedef enum {
  SESSION_CONTROL_DISCONNECT, /**< close the console, keep the desktop */
  SESSION_CONTROL_RESTART,    /**< through the guest, else by reset after 30 s */
  SESSION_CONTROL_RESET,      /**< as by the button */
  SESSION_CONTROL_LOG_OFF, /**< end the session; a floating desktop is destroyed, others as their pool says */
  SESSION_CONTROL_LOCK,    /**< lock the screen and close the console; opening it again unlocks */
  SESSION_CONTROLS
} SessionControl;

/** Does @control to the session @id and returns the session as it is then (transfer full). */
Session *session_control(Services *services, const Caller *caller, const char *id, SessionControl control,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Shows @title and @text (at most 200 and 2000 bytes) inside the desktop of session @id. */
gboolean session_control_message(Services *services, const Caller *caller, const char *id, const char *title,
                                 const char *text, GError **error) G_GNUC_WARN_UNUSED_RESULT;
