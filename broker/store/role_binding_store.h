/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows that say which user or group has which role on which object: the one truth of who may what. An
 * account's column `administrator` follows them here, for brokers of the version before on the same database.
 */
#pragma once

#include "broker/db/db.h"
#include "broker/model/access.h"
#include "broker/model/role_binding.h"

/** Enters @binding (its names are not looked at). CARAWAY_ERROR_CONFLICT when there is the same already. */
gboolean role_binding_store_add(DbTransaction *transaction, const RoleBinding *binding,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Makes the account @user_id an administrator of everything by a binding of its own, or takes that back; it
 * is no error when it is so. */
gboolean role_binding_store_set_administrator(DbTransaction *transaction, const char *user_id,
                                              gboolean is_one, gint64 now_us,
                                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The binding @id; CARAWAY_ERROR_NOT_FOUND. */
RoleBinding *role_binding_store_find(DbTransaction *transaction, const char *id,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** All bindings by id, at most 10,000 (transfer full). */
GPtrArray *role_binding_store_all(DbTransaction *transaction, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Removes @binding. */
gboolean role_binding_store_remove(DbTransaction *transaction, const RoleBinding *binding,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Removes all bindings to exactly @object, which is gone. */
gboolean role_binding_store_remove_at(DbTransaction *transaction, const char *object,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** What the account @user_id holds, itself and by its groups (transfer full). */
Access *role_binding_store_of_user(DbTransaction *transaction, const char *user_id,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** What members of the group @group_id hold by it (transfer full). */
Access *role_binding_store_of_group(DbTransaction *transaction, const char *group_id,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** How many accounts that are not disabled are administrators of everything, themselves or by a group. */
gboolean role_binding_store_count_administrators(DbTransaction *transaction, gint64 *ret_count,
                                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
