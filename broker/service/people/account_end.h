/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How an account loses what it has, inside a use case that changes or deletes it. The use case notifies
 * CHANGE_SIGN_IN itself.
 */
#pragma once

#include "broker/model/user.h"
#include "broker/service/work.h"

/** Ends the sign-ins of @user_id and cuts its sessions, for the reason @detail. */
gboolean account_end_presence(Work *work, const Caller *caller, const char *user_id, const char *detail,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Deletes @user, whose sessions have ended; CARAWAY_ERROR_CONFLICT when it owns desktops: what is kept for
 * somebody is not given up by the way. */
gboolean account_end_remove(Work *work, const User *user, GError **error) G_GNUC_WARN_UNUSED_RESULT;
