/* SPDX-License-Identifier: Apache-2.0 */
/* What authenticators there can be: each brings its table of keys and its way of checking. */
#include "broker/auth/authenticator_folder.h"
#include "broker/auth/ldap/ldap_authenticator.h"
#include "broker/auth/oidc/oidc_authenticator.h"

static const AuthenticatorType TYPES[] = {
    {"ldap", ldap_settings_keys, ldap_authenticator_open},
    {"oidc", oidc_authenticator_keys, oidc_authenticator_open},
    {NULL},
};

const AuthenticatorType *
authenticator_types(void)
{
  return TYPES;
}
