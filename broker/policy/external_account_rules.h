/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which account somebody has who was proven by a directory. The id there decides, never the name: a name may
 * be given to somebody else, and no directory takes over an account that is not its own.
 */
#pragma once

#include <glib.h>

/** Who has the name that the directory gives. */
typedef enum {
  EXTERNAL_NAME_FREE,
  EXTERNAL_NAME_OWN,   /**< the account that belongs to the id */
  EXTERNAL_NAME_LOCAL, /**< a local account */
  EXTERNAL_NAME_OTHER, /**< another account of this or another directory */
} ExternalNameHolder;

/** What is to be done. */
typedef enum {
  EXTERNAL_ACCOUNT_REFUSE,
  EXTERNAL_ACCOUNT_MAKE,
  EXTERNAL_ACCOUNT_KEEP,
  EXTERNAL_ACCOUNT_RENAME,
} ExternalAccountStep;

typedef struct {
  const char *authenticator;
  const char *name;           /**< as external_account_rules_name() made it */
  gboolean exists;            /**< there is an account of this id */
  gboolean disabled;          /**< and an administrator disabled it */
  ExternalNameHolder name_is; /**< who has the name */
} ExternalAccountFacts;

/** The name here of who is called @user_name there (transfer full): ASCII letters become small, and what is
 * then no name of an account is CARAWAY_ERROR_INVALID: characters that look like others are not replaced. */
char *external_account_rules_name(const char *authenticator, const char *user_name,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** What to do by @facts. With EXTERNAL_ACCOUNT_REFUSE @error says why: CARAWAY_ERROR_CONFLICT, or
 * CARAWAY_ERROR_BAD_CREDENTIALS for an account that is disabled. */
ExternalAccountStep external_account_rules_decide(const ExternalAccountFacts *facts,
                                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
