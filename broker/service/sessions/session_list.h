/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading sessions. Somebody else's session is not found, except by an administrator.
 */
#pragma once

#include "broker/model/caller.h"
#include "broker/model/page.h"
#include "broker/model/session.h"
#include "broker/service/services.h"

/** Sessions that have not ended, oldest first: those of @caller, or everybody's when @all (the route checked
 * session.manage). Returns an array of Session (transfer full). */
GPtrArray *session_list(Services *services, const Caller *caller, gboolean all, const Page *page,
                        char **ret_next, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The session @id, also when it has ended; CARAWAY_ERROR_NOT_FOUND. */
Session *session_list_get(Services *services, const Caller *caller, const char *id,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
