/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of accounts whose password a directory or an identity provider keeps, and of the groups that are
 * linked to groups there.
 */
#pragma once

#include "broker/db/db.h"
#include "broker/model/user.h"

/** An account of a directory. */
typedef struct {
  char *id;
  char *name;
  char *external_id;
  gboolean disabled;
  gboolean closed; /**< disabled because the directory said so */
} ExternalAccountRow;

/** A group that is linked to one of a directory, as seen from one account. */
typedef struct {
  char *id;
  char *name;
  char *external_name;
  gboolean has_member; /**< the account is a member of it */
} LinkedGroup;

/** The account of @source with @external_id in @ret_row (transfer full); NULL when there is none. */
gboolean external_account_store_find(DbTransaction *transaction, const char *source, const char *external_id,
                                     ExternalAccountRow **ret_row, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Enters @user, without a password, as the account of @external_id. */
gboolean external_account_store_add(DbTransaction *transaction, const User *user, const char *external_id,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Writes what the directory calls the account @id, and raises its version. */
gboolean external_account_store_rename(DbTransaction *transaction, const char *id, const char *name,
                                       const char *full_name, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Disables the account @id by the word of its directory; one that an administrator disabled stays so. */
gboolean external_account_store_close(DbTransaction *transaction, const char *id,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Enables the account @id, if external_account_store_close() disabled it. */
gboolean external_account_store_reopen(DbTransaction *transaction, const char *id,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Whether the account @id is enabled is an administrator's word from now on. */
gboolean external_account_store_decide(DbTransaction *transaction, const char *id,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The enabled accounts of @source with a sign-in, an access token or a session, by id, after @after (""): an
 * array of ExternalAccountRow (transfer full), at most @limit. */
GPtrArray *external_account_store_present(DbTransaction *transaction, const char *source, const char *after,
                                          int limit, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The groups that are linked to groups of @authenticator: an array of LinkedGroup (transfer full). */
GPtrArray *external_account_store_groups(DbTransaction *transaction, const char *authenticator,
                                         const char *user_id, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Frees @row (nullable). */
void external_account_row_free(ExternalAccountRow *row);

/** Frees @group (nullable). */
void linked_group_free(LinkedGroup *group);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ExternalAccountRow, external_account_row_free)
