/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of groups and memberships.
 */
#pragma once

#include "broker/db/db.h"
#include "broker/model/group.h"
#include "broker/model/page.h"

/** Enters @group without members. A name that is taken is CARAWAY_ERROR_CONFLICT. */
gboolean group_store_add(DbTransaction *transaction, const Group *group,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The group with id or name @key and its members; CARAWAY_ERROR_NOT_FOUND. */
Group *group_store_find(DbTransaction *transaction, const char *key,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Groups by name; the cursor is the last name. */
GPtrArray *group_store_list(DbTransaction *transaction, const Page *page, char **ret_next,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Writes the members of @group that can change. */
gboolean group_store_update(DbTransaction *transaction, const Group *group,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Deletes the group with id @id, its memberships and entitlements. */
gboolean group_store_remove(DbTransaction *transaction, const char *id,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Makes the account @user_id a member of @group_id, if it is not. */
gboolean group_store_add_member(DbTransaction *transaction, const char *group_id, const char *user_id,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Takes it out, if it is a member. */
gboolean group_store_remove_member(DbTransaction *transaction, const char *group_id, const char *user_id,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
