/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/service/stand_in_authenticator.h"

#include "broker/service/services_private.h"

static gboolean
check(Authenticator *authenticator, const AuthenticatorAccount *account, const char *password,
      gboolean *ret_accepted, ExternalIdentity **ret_identity, GError **error)
{
  StandInAuthenticator *stand_in = (StandInAuthenticator *)authenticator;
  gboolean done = authenticator_check(stand_in->real, account, password, ret_accepted, ret_identity, error);
  if (stand_in->meanwhile != NULL)
    stand_in->meanwhile(stand_in->data);
  return done;
}

StandInAuthenticator *
stand_in_authenticator_new(Services *services)
{
  StandInAuthenticator *stand_in = g_new0(StandInAuthenticator, 1);
  authenticator_init(&stand_in->base, "stand-in", NULL, AUTHENTICATOR_PASSWORD);
  stand_in->base.check = check;
  stand_in->services = services;
  stand_in->real = services->authenticator;
  services->authenticator = &stand_in->base;
  return stand_in;
}

void
stand_in_authenticator_free(StandInAuthenticator *stand_in)
{
  stand_in->services->authenticator = stand_in->real;
  authenticator_clear(&stand_in->base);
  g_free(stand_in);
}
