/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What connecting does once it is decided: resume a session, open one's own desktop, be given one, have one
 * made. Private to connect.c.
 */
#pragma once

#include "broker/model/caller.h"
#include "broker/service/connect/connect_case.h"

/** Goes on with the session of what was chosen, or begins one on it, starting it when it is off. Sets
 * @ret_session_id (transfer full). */
gboolean connect_take_own(ConnectCase *connect, const Caller *caller, char **ret_session_id,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Gives @caller the best free desktop. Sets @ret_session_id (transfer full). */
gboolean connect_take_free(ConnectCase *connect, const Caller *caller, char **ret_session_id,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Has a desktop made for @caller where there is room. Sets @ret_session_id (transfer full). */
gboolean connect_take_new(ConnectCase *connect, const Caller *caller, char **ret_session_id,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
