/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The authenticator for passwords that an LDAP directory keeps (RFC 4511, RFC 4513), Active Directory among
 * them: who searches binds, finds the entry, and the person's own bind proves the password. Few visit a
 * directory at once, and a dead one is visited by hardly anybody.
 */
#pragma once

#include "broker/auth/authenticator_folder.h"
#include "broker/auth/ldap/ldap_settings.h"

/** The one of type "ldap" that @config describes (transfer full); as AuthenticatorType.open(). */
Authenticator *ldap_authenticator_open(const char *name, const Config *config,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
