/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/auth/local_authenticator.h"

#include "broker/model/user.h"

#include <string.h>

typedef struct {
  Authenticator authenticator;
  PasswordHasher *hasher;
} LocalAuthenticator;

#define PASSWORD_MAX_TRIED_BYTES 1024

static gboolean
check(Authenticator *authenticator, const AuthenticatorAccount *account, const char *password,
      gboolean *ret_accepted, ExternalIdentity **ret_identity, GError **error)
{
  LocalAuthenticator *local = (LocalAuthenticator *)authenticator;
  gboolean possible = account->exists && *password != '\0' && strlen(password) <= PASSWORD_MAX_TRIED_BYTES;
  return password_hasher_verify(local->hasher, possible ? account->password_hash : NULL,
                                possible ? password : "", ret_accepted, error);
}

static void
free_local(Authenticator *authenticator)
{
  authenticator_clear(authenticator);
  g_free(authenticator);
}

Authenticator *
local_authenticator_new(PasswordHasher *hasher)
{
  LocalAuthenticator *local = g_new0(LocalAuthenticator, 1);
  local->authenticator = (Authenticator){.check = check, .free = free_local};
  authenticator_init(&local->authenticator, USER_SOURCE_LOCAL, "Local account", AUTHENTICATOR_PASSWORD);
  local->hasher = hasher;
  return &local->authenticator;
}
