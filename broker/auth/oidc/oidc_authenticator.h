/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The type `oidc` among the authenticators: an OpenID provider to which browsers are sent. Owns its keys in
 * the authenticator's file.
 */
#pragma once

#include "broker/auth/authenticator_folder.h"
#include "broker/auth/oidc/oidc_provider.h"

/** The keys of its file (static). */
const ConfigKey *oidc_authenticator_keys(void);

/** AuthenticatorType.open() */
Authenticator *oidc_authenticator_open(const char *name, const Config *config,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The provider behind @authenticator (transfer none); NULL when that is of another type. */
OidcProvider *oidc_authenticator_provider(Authenticator *authenticator);
