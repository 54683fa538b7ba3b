/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows that say who may use which pool.
 */
#pragma once

#include "broker/db/db.h"
#include "broker/model/entitlement.h"

/** Entitles the user or group @subject_id to @pool_id, if it is not. */
gboolean entitlement_store_add(DbTransaction *transaction, const char *pool_id, EntitlementKind kind,
                               const char *subject_id, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Takes it back, if it is. */
gboolean entitlement_store_remove(DbTransaction *transaction, const char *pool_id, EntitlementKind kind,
                                  const char *subject_id, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Who is entitled to @pool_id: an array of Entitlement by kind and name (transfer full), at most 10,000. */
GPtrArray *entitlement_store_list(DbTransaction *transaction, const char *pool_id,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** How @user_id comes to @pool_id: how many entitlements of its own, and of its groups. */
gboolean entitlement_store_count(DbTransaction *transaction, const char *pool_id, const char *user_id,
                                 gint64 *ret_own, gint64 *ret_by_group,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The names of the groups by which @user_id comes to @pool_id, sorted, at most 100 (transfer full). */
GStrv entitlement_store_groups(DbTransaction *transaction, const char *pool_id, const char *user_id,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
