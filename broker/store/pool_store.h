/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of pools.
 */
#pragma once

#include "broker/db/db.h"
#include "broker/model/page.h"
#include "broker/model/pool.h"

/** Enters @pool. A name that is taken is CARAWAY_ERROR_CONFLICT. */
gboolean pool_store_add(DbTransaction *transaction, const Pool *pool,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The pool with id or name @key that is not being deleted; CARAWAY_ERROR_UNKNOWN_POOL. */
Pool *pool_store_find(DbTransaction *transaction, const char *key, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Pools that are not being deleted, by name; the cursor is the last name. @tag (nullable): only those with
 * it. */
GPtrArray *pool_store_list(DbTransaction *transaction, const char *tag, const Page *page, char **ret_next,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** All pools, also those being deleted: for the keeper. */
GPtrArray *pool_store_all(DbTransaction *transaction, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Pools that the account @user_id is entitled to, by name. */
GPtrArray *pool_store_of_user(DbTransaction *transaction, const char *user_id,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Writes everything of @pool but id, name and creation, and raises its version. */
gboolean pool_store_update(DbTransaction *transaction, const Pool *pool,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Deletes the row of @id; it may have no desktops. */
gboolean pool_store_remove(DbTransaction *transaction, const char *id,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The name of another pool than @pool that names its desktops by the same pattern (transfer full), NULL
 * without @error when there is none. */
char *pool_store_find_naming(DbTransaction *transaction, const Pool *pool,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The naming pattern of the pool with @id, also of one that is being deleted (transfer full); NULL without
 * one. */
gboolean pool_store_get_naming(DbTransaction *transaction, const char *id, char **ret_naming,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** How many pools are made from @image. */
gboolean pool_store_count_of_image(DbTransaction *transaction, const char *image, gint64 *ret_count,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
