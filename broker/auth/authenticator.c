/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/auth/authenticator.h"

gboolean
authenticator_check(Authenticator *authenticator, const AuthenticatorAccount *account, const char *password,
                    gboolean *ret_accepted, GError **error)
{
  return authenticator->check(authenticator, account, password, ret_accepted, error);
}

void
authenticator_free(Authenticator *authenticator)
{
  if (authenticator != NULL)
    authenticator->free(authenticator);
}
