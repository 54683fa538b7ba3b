/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a caller may do by its roles: reads its bindings and asks policy/access_decision.h. The one place that
 * says no for want of a permission, so that nobody learns by a refusal what there is: an object that the
 * caller may not read is not found, in the same words as one that is not there.
 */
#pragma once

#include "broker/model/access.h"
#include "broker/model/caller.h"
#include "broker/model/object.h"
#include "broker/service/work.h"

/** What @caller may do, as the transaction of @work sees it (transfer full). */
Access *rights_read(Work *work, const Caller *caller, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The same in a transaction of its own. */
Access *rights_read_now(Services *services, const Caller *caller, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Whether @caller has @permission on all objects of @kind, or (REACH_ONE) on one; @key: id or name, for
 * REACH_ONE. Fails with CARAWAY_ERROR_FORBIDDEN, which names permission and object, or as if the object were
 * not there.
 */
gboolean rights_check(Work *work, const Caller *caller, Permission permission, ObjectKind kind, Reach reach,
                      const char *key, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The same in a transaction of its own. */
gboolean rights_check_now(Services *services, const Caller *caller, Permission permission, ObjectKind kind,
                          Reach reach, const char *key, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Whether @caller has @permission on any object of @kind, for a list; @ret_within gets those that it shows,
 * as Page has them (transfer full). */
gboolean rights_check_list(Services *services, const Caller *caller, Permission permission, ObjectKind kind,
                           char **ret_within, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Sets @ret_allowed to whether @caller has @permission on the pool with id @pool_id. */
gboolean rights_allow_on_pool(Work *work, const Caller *caller, Permission permission, const char *pool_id,
                              gboolean *ret_allowed, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Nobody takes over an account that may do more: CARAWAY_ERROR_FORBIDDEN when the account @user_id has what
 * @caller has not. */
gboolean rights_check_not_above(Work *work, const Caller *caller, const char *user_id,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The same of what members of the group @group_id have by it. */
gboolean rights_check_group_not_above(Work *work, const Caller *caller, const char *group_id,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Nobody gets power over an account by taking it into a group: CARAWAY_ERROR_FORBIDDEN when @caller has on
 * the group @group_id, and on its members with it, what it has not on the user @user_id as things are. */
gboolean rights_check_takes_in(Work *work, const Caller *caller, const char *group_id, const char *user_id,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Nobody grants or revokes what they have not: CARAWAY_ERROR_FORBIDDEN when @caller lacks any of
 * @permissions on
 * @object. */
gboolean rights_check_covers(Work *work, const Caller *caller, PermissionSet permissions, const char *object,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** How many administrators there are, to be asked before a change. */
gboolean rights_count_administrators(Work *work, gint64 *ret_count, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** To be called after the change: CARAWAY_ERROR_CONFLICT when there were @before, and now nobody is one. */
gboolean rights_check_administrator_left(Work *work, gint64 before, GError **error) G_GNUC_WARN_UNUSED_RESULT;
