/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of accounts, with the argon2id hash of each password, which no User value carries.
 */
#pragma once

#include "broker/db/db.h"
#include "broker/model/page.h"
#include "broker/model/user.h"

/** Enters @user, who is no administrator yet, with @password_hash. A name that is taken is
 * CARAWAY_ERROR_CONFLICT. */
gboolean user_store_add(DbTransaction *transaction, const User *user, const char *password_hash,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The account with id or name @key, with its groups; CARAWAY_ERROR_NOT_FOUND. */
User *user_store_find(DbTransaction *transaction, const char *key, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Whether there is an account of the name @name. */
gboolean user_store_has_name(DbTransaction *transaction, const char *name, gboolean *ret_has,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Accounts by name; the cursor is the last name. */
GPtrArray *user_store_list(DbTransaction *transaction, const Page *page, char **ret_next,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Writes the members of @user that can change, but for what its roles say, and raises its version. */
gboolean user_store_update(DbTransaction *transaction, const User *user,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The hash of the password of the account with id @id (transfer full). */
char *user_store_password_hash(DbTransaction *transaction, const char *id,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Sets that hash, and whether the next sign-in has to choose another password. */
gboolean user_store_set_password(DbTransaction *transaction, const char *id, const char *password_hash,
                                 gboolean change_required, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Sets that hash to @after, which its owner chose, if it is @before: @ret_replaced. */
gboolean user_store_replace_password(DbTransaction *transaction, const char *id, const char *before,
                                     const char *after, gboolean *ret_replaced,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Deletes the account with id @id; no desktop may have it as owner. */
gboolean user_store_remove(DbTransaction *transaction, const char *id,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
