/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who says whether a password belongs to an account. One interface for all sources; it is given account
 * values and never sees the database.
 */
#pragma once

#include <glib.h>

typedef struct Authenticator Authenticator;

/** What is known of the account that was named. */
typedef struct {
  const char *name;          /**< as it was typed in */
  gboolean exists;           /**< and may sign in */
  const char *password_hash; /**< (nullable) of a local account */
} AuthenticatorAccount;

struct Authenticator {
  /** Whether @password is that of @account; takes the same time when there is no such account. May block;
   * fails with CARAWAY_ERROR_OVERLOADED. */
  gboolean (*check)(Authenticator *authenticator, const AuthenticatorAccount *account, const char *password,
                    gboolean *ret_accepted, GError **error);
  void (*free)(Authenticator *authenticator);
};

/** authenticator->check() */
gboolean authenticator_check(Authenticator *authenticator, const AuthenticatorAccount *account,
                             const char *password, gboolean *ret_accepted,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Frees @authenticator (nullable). */
void authenticator_free(Authenticator *authenticator);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Authenticator, authenticator_free)
