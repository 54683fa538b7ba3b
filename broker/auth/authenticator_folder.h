/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The authenticators of an installation beside its local accounts: one key file NAME.conf each in one folder,
 * which says in [authenticator] type what it is. Each type brings its table of keys, which is read with the
 * same errors as the configuration of the broker. Owns the authenticators.
 */
#pragma once

#include "broker/auth/authenticator.h"
#include "common/base/config.h"

#define AUTHENTICATORS_MAX 16

/** The section of the keys that all types have. */
#define AUTHENTICATOR_GROUP "authenticator"

/** The rows of those keys, for the table of a type. */
#define AUTHENTICATOR_KEYS                                                                                   \
  {AUTHENTICATOR_GROUP, "type", CONFIG_STRING, NULL, "what it is"},                                          \
  {                                                                                                          \
    AUTHENTICATOR_GROUP, "label", CONFIG_STRING, NULL, "what people read where they sign in",                \
        .optional = TRUE                                                                                     \
  }

typedef struct {
  const char *name;               /**< as [authenticator] type says it; NULL ends a list */
  const ConfigKey *(*keys)(void); /**< with AUTHENTICATOR_KEYS */
  /** Makes one named @name, asking no server for anything (transfer full). @config is borrowed for the call.
   */
  Authenticator *(*open)(const char *name, const Config *config, GError **error);
} AuthenticatorType;

typedef struct AuthenticatorFolder AuthenticatorFolder;

/** The types that there are (static). */
const AuthenticatorType *authenticator_types(void);

/** Reads all of @path; one that is not there holds none. @types: that may be in it. Fails with
 * CARAWAY_ERROR_CONFIG, which names file, line and key. */
AuthenticatorFolder *authenticator_folder_open(const char *path, const AuthenticatorType *types,
                                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** How many there are in @folder (nullable: none). */
guint authenticator_folder_count(const AuthenticatorFolder *folder);

/** The one at @index, by name (transfer none). */
Authenticator *authenticator_folder_at(const AuthenticatorFolder *folder, guint index);

/** The one called @name in @folder (nullable; transfer none), or NULL. */
Authenticator *authenticator_folder_find(const AuthenticatorFolder *folder, const char *name);

/** Whether any of @folder (nullable) asks for passwords. */
gboolean authenticator_folder_has_passwords(const AuthenticatorFolder *folder);

/** Frees @folder (nullable), whose authenticators nobody may be using. */
void authenticator_folder_free(AuthenticatorFolder *folder);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(AuthenticatorFolder, authenticator_folder_free)
