/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a name and a password belong together, whoever keeps the password: the broker for local accounts,
 * the directories for all else. A local account is never asked for in a directory, and its password never
 * sent to one.
 */
#pragma once

#include "broker/model/user.h"
#include "broker/service/services.h"

/** @typed, a name as it came, as it is looked for and counted against: directories know no difference between
 * large and small letters (transfer full). */
char *password_proof_name(Services *services, const char *typed);

/** Whether @name, of password_proof_name(), is of the characters with which directories are asked. */
gboolean password_proof_is_plain(const char *name);

/** What tries of @name, of password_proof_name(), are counted under: itself, or one word for all that nobody
 * can be called. */
const char *password_proof_counted_name(const char *name);

/** Whether @name would be looked for in a directory, which may take its time. */
gboolean password_proof_may_wait(Services *services, const char *name, gboolean *ret_may_wait,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Whose password it was. */
typedef struct {
  char *user_id;
  char *user_name;
  char *password_hash; /**< (nullable: another keeps it) that it was held against */
} ProvenAccount;

/**
 * Checks @password of @name, and brings the account up to date when a directory keeps it. Fills @ret_proven.
 * Fails with CARAWAY_ERROR_BAD_CREDENTIALS (also for a disabled account), CARAWAY_ERROR_OVERLOADED,
 * CARAWAY_ERROR_DIRECTORY_AWAY, and as external_account_accept() and authenticator->check().
 */
gboolean password_proof_check(Services *services, const char *name, const char *password, const char *address,
                              ProvenAccount *ret_proven, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Frees what is in @proven. */
void proven_account_clear(ProvenAccount *proven);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ProvenAccount, proven_account_clear)

/** Who keeps the password of an account. */
typedef enum {
  PASSWORD_KEEPER_BROKER,
  PASSWORD_KEEPER_DIRECTORY, /**< which may take its time */
  PASSWORD_KEEPER_NOBODY,    /**< that could be asked: a provider, or what is configured no more */
} PasswordKeeper;

/** Who keeps the password of the account @user_id. */
gboolean password_proof_keeper(Services *services, const char *user_id, PasswordKeeper *ret_keeper,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Refuses a name or a password: CARAWAY_ERROR_BAD_CREDENTIALS. */
gboolean password_proof_refuse(GError **error);

/** Does the same work for @name with no password, so that a wrong one of a local account takes the same time
 * as a name that nobody has. */
void password_proof_pretend(Services *services, const char *name);

/** Checks @password of the local account @name; CARAWAY_ERROR_BAD_CREDENTIALS. @ret_user and @ret_hash
 * (transfer full; @ret_hash as in ProvenAccount): of the account, if there is one, also after a failure. */
gboolean password_proof_check_local(Services *services, const char *name, const char *password,
                                    User **ret_user, char **ret_hash,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
