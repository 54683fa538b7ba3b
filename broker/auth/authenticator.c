/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/auth/authenticator.h"

void
authenticator_init(Authenticator *authenticator, const char *name, const char *label, AuthenticatorKind kind)
{
  authenticator->name = g_strdup(name);
  authenticator->label = g_strdup(label != NULL ? label : name);
  authenticator->kind = kind;
}

void
authenticator_clear(Authenticator *authenticator)
{
  g_clear_pointer(&authenticator->name, g_free);
  g_clear_pointer(&authenticator->label, g_free);
}

gboolean
authenticator_check(Authenticator *authenticator, const AuthenticatorAccount *account, const char *password,
                    gboolean *ret_accepted, ExternalIdentity **ret_identity, GError **error)
{
  gboolean accepted = FALSE;
  g_autoptr(ExternalIdentity) identity = NULL;
  if (authenticator->check != NULL &&
      !authenticator->check(authenticator, account, password, &accepted, &identity, error))
    return FALSE;
  *ret_accepted = accepted;
  if (ret_identity != NULL)
    *ret_identity = accepted ? g_steal_pointer(&identity) : NULL;
  return TRUE;
}

char *
authenticator_group_key(Authenticator *authenticator, const char *external_name, GError **error)
{
  return authenticator->group_key != NULL ? authenticator->group_key(authenticator, external_name, error)
                                          : g_strdup(external_name);
}

const char *
authenticator_kind_name(AuthenticatorKind kind)
{
  return kind == AUTHENTICATOR_REDIRECT ? "redirect" : "password";
}

void
authenticator_free(Authenticator *authenticator)
{
  if (authenticator != NULL)
    authenticator->free(authenticator);
}
