/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a user may use a pool now: facts from the stores, the decision from policy.
 */
#pragma once

#include "broker/model/pool.h"
#include "broker/service/work.h"

/** Whether @user_id may use @pool; @ret_reason (transfer full) says why or why not. */
gboolean entitled_decide(Work *work, const char *user_id, const Pool *pool, gboolean *ret_allowed,
                         char **ret_reason, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The same as CARAWAY_ERROR_NOT_ENTITLED with the reason. */
gboolean entitled_check(Work *work, const char *user_id, const Pool *pool,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Ends the sessions on @pool_id of those who may no longer use it. @caller: who changed that. */
gboolean entitled_cut_others(Work *work, const Caller *caller, const char *pool_id,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Ends the sessions of @user_id on pools that it may no longer use. */
gboolean entitled_cut_user(Work *work, const Caller *caller, const char *user_id,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The same for everybody on all pools. */
gboolean entitled_cut_all(Work *work, const Caller *caller, GError **error) G_GNUC_WARN_UNUSED_RESULT;
