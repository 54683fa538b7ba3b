/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finding a session that the caller may do something to: their own, or one on whose pool a role of theirs
 * gives the permission. What they may not even see does not exist for them.
 */
#pragma once

#include "broker/model/caller.h"
#include "broker/model/session.h"
#include "broker/service/work.h"

/** The session @id, live or ended; that of somebody else needs @permission. CARAWAY_ERROR_NOT_FOUND, or
 * CARAWAY_ERROR_FORBIDDEN when they may only look. */
Session *own_session_find(Work *work, const Caller *caller, const char *id, Permission permission,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The same, CARAWAY_ERROR_SESSION_ENDED with reasons when it has ended. */
Session *own_session_find_live(Work *work, const Caller *caller, const char *id, Permission permission,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The same, also CARAWAY_ERROR_NOT_READY while its desktop is made and CARAWAY_ERROR_HOST_GONE while its
 * host is away. */
Session *own_session_find_ready(Work *work, const Caller *caller, const char *id, Permission permission,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
