/* SPDX-License-Identifier: Apache-2.0 */
/* A provider's set of keys and its description are bytes of another machine. */
#include "broker/auth/oidc/oidc_discovery.h"
#include "broker/auth/oidc/oidc_key_set.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  g_autoptr(OidcKeySet) keys = oidc_key_set_parse((const char *)data, size, NULL);
  if (keys != NULL) {
    g_assert_cmpuint(oidc_key_set_count(keys), >, 0);
    (void)oidc_key_set_find(keys, "RS256", NULL);
    (void)oidc_key_set_find(keys, "ES256", "k");
  }
  g_autoptr(OidcDiscovery) discovery =
      oidc_discovery_parse((const char *)data, size, "https://id.example.org", NULL);
  if (discovery != NULL)
    g_assert_true(oidc_url_is_proper(discovery->token_endpoint));
  return 0;
}
