/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who says whether somebody is who they say they are. One interface for all sources; it is given account
 * values and never sees the database. Owns what all authenticators have: a name, a label for people, a kind.
 */
#pragma once

#include "broker/model/external_identity.h"

#include <glib.h>

typedef struct Authenticator Authenticator;

/** How a client signs in by it. */
typedef enum {
  AUTHENTICATOR_PASSWORD, /**< asks for a name and a password */
  AUTHENTICATOR_REDIRECT, /**< sends people elsewhere, and they come back */
} AuthenticatorKind;

/** What is known of the account that was named. */
typedef struct {
  const char *name;          /**< as it was typed in, in small letters */
  gboolean exists;           /**< and may sign in here */
  const char *password_hash; /**< (nullable) of a local account */
} AuthenticatorAccount;

/** What became of somebody who is looked up again. */
typedef enum {
  AUTHENTICATOR_PRESENT, /**< and may sign in */
  AUTHENTICATOR_GONE,    /**< is not there any more */
  AUTHENTICATOR_CLOSED,  /**< disabled or expired there */
} AuthenticatorFinding;

struct Authenticator {
  char *name;  /**< of its file; USER_SOURCE_LOCAL for the accounts that are kept here */
  char *label; /**< for people */
  AuthenticatorKind kind;
  guint recheck_s; /**< how often accounts of live sign-ins are looked up again; 0: never */

  /** (nullable) Whether @password is that of @account, in the same time when there is no such account. Where
   * the account is another's to keep, @ret_identity says whose it is (transfer full), NULL else. May block,
   * for a bounded time. Fails with CARAWAY_ERROR_OVERLOADED, CARAWAY_ERROR_DIRECTORY_AWAY, or, once the
   * password was right, CARAWAY_ERROR_ACCOUNT_CLOSED and CARAWAY_ERROR_DIRECTORY_PASSWORD. */
  gboolean (*check)(Authenticator *authenticator, const AuthenticatorAccount *account, const char *password,
                    gboolean *ret_accepted, ExternalIdentity **ret_identity, GError **error);

  /** (nullable) Looks for who has @external_id; @ret_identity (transfer full) with AUTHENTICATOR_PRESENT.
   * Fails with CARAWAY_ERROR_DIRECTORY_AWAY: nothing is known then. May block, for a bounded time. */
  gboolean (*look_up)(Authenticator *authenticator, const char *external_id,
                      AuthenticatorFinding *ret_finding, ExternalIdentity **ret_identity, GError **error);

  /** (nullable) Does what check() does for @name, and tells how each step went: Rules are added to @steps. */
  gboolean (*explain)(Authenticator *authenticator, const char *name, const char *password, GPtrArray *steps,
                      GError **error);

  /** (nullable: as it is) How @external_name, a group, is written in ExternalIdentity.groups (transfer full);
   * CARAWAY_ERROR_INVALID when it cannot be the name of one. */
  char *(*group_key)(Authenticator *authenticator, const char *external_name, GError **error);

  void (*free)(Authenticator *authenticator);
};

/** Gives @authenticator what all have; @label (nullable: @name). */
void authenticator_init(Authenticator *authenticator, const char *name, const char *label,
                        AuthenticatorKind kind);

/** Frees what authenticator_init() gave. */
void authenticator_clear(Authenticator *authenticator);

/** authenticator->check(); accepts nobody where there is none. @ret_identity nullable. */
gboolean authenticator_check(Authenticator *authenticator, const AuthenticatorAccount *account,
                             const char *password, gboolean *ret_accepted, ExternalIdentity **ret_identity,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** authenticator->group_key() */
char *authenticator_group_key(Authenticator *authenticator, const char *external_name,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The stable name of @kind. */
const char *authenticator_kind_name(AuthenticatorKind kind);

/** Frees @authenticator (nullable). */
void authenticator_free(Authenticator *authenticator);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Authenticator, authenticator_free)
