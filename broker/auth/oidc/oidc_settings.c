/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/auth/oidc/oidc_settings.h"

#include "common/base/secret.h"

void
oidc_settings_free(OidcSettings *settings)
{
  if (settings == NULL)
    return;
  g_free(settings->name);
  g_free(settings->issuer);
  g_free(settings->client_id);
  secret_free(settings->client_secret);
  g_free(settings->scopes);
  g_free(settings->name_claim);
  g_free(settings->name_domain);
  g_free(settings->groups_claim);
  g_free(settings->second_factor_values);
  g_free(settings);
}
