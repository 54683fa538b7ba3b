/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/auth/oidc/oidc_authenticator.h"

#include "broker/auth/oidc/oidc_discovery.h"
#include "common/base/credential.h"
#include "common/base/error.h"

#include <string.h>

#define GROUP      "oidc"
#define NAMES_MAX  255
#define SECRET_MAX 1024

static const ConfigKey KEYS[] = {
    AUTHENTICATOR_KEYS,
    {GROUP, "issuer", CONFIG_STRING, NULL, "the provider's issuer, to the letter: https://…"},
    {GROUP, "client-id", CONFIG_STRING, NULL, "as what this installation is registered there"},
    {GROUP, "client-secret-file", CONFIG_SECRET, NULL,
     "file with the client's secret, or credential:NAME (default: a public client, PKCE alone)",
     .optional = TRUE},
    {GROUP, "scopes", CONFIG_STRING, "openid profile", "what is asked for, with openid among it"},
    {GROUP, "name-claim", CONFIG_STRING, "preferred_username", "claim that is the account's name"},
    {GROUP, "name-domain", CONFIG_STRING, NULL,
     "names must be NAME@ this domain, which is cut off (default: taken as they are)", .optional = TRUE},
    {GROUP, "groups-claim", CONFIG_STRING, NULL, "claim that lists the person's groups (default: none)",
     .optional = TRUE},
    {GROUP, "second-factor-values", CONFIG_STRING, NULL,
     "values of acr or amr, separated by blanks, that say a second factor was shown (default: none counts)",
     .optional = TRUE},
    {GROUP, "userinfo", CONFIG_BOOL, "false", "ask the userinfo endpoint for claims that the token lacks"},
    {GROUP, "ca-file", CONFIG_PATH, NULL,
     "authorities that sign the provider's certificate (default: the system's)", .optional = TRUE},
    {GROUP, "timeout-s", CONFIG_INT, "5", "each request to the provider ends after so long", 1, 30},
    {NULL},
};

typedef struct {
  Authenticator authenticator;
  OidcProvider *provider;
} OidcAuthenticator;

static void
free_oidc(Authenticator *authenticator)
{
  oidc_provider_free(((OidcAuthenticator *)authenticator)->provider);
  authenticator_clear(authenticator);
  g_free(authenticator);
}

static gboolean
refuse(GError **error, const char *key, const char *what)
{
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG, "[" GROUP "] %s %s", key, what);
  return FALSE;
}

static gboolean
has_word(const char *words, const char *word)
{
  g_auto(GStrv) list = g_strsplit(words, " ", -1);
  return g_strv_contains((const char *const *)list, word);
}

static gboolean
check(const Config *config, GError **error)
{
  const char *issuer = config_string(config, GROUP, "issuer");
  if (!oidc_url_is_proper(issuer) || strchr(issuer, '?') != NULL || strlen(issuer) > NAMES_MAX)
    return refuse(error, "issuer", "must be an address like https://id.example.org, without a query");
  if (strlen(config_string(config, GROUP, "client-id")) > NAMES_MAX)
    return refuse(error, "client-id", "is too long");
  return has_word(config_string(config, GROUP, "scopes"), "openid") ||
         refuse(error, "scopes", "must have openid among them");
}

static gboolean
read_secret(const Config *config, char **ret_secret, GError **error)
{
  const char *source = config_string(config, GROUP, "client-secret-file");
  if (source == NULL)
    return TRUE;
  *ret_secret = credential_read(source, SECRET_MAX, error);
  return *ret_secret != NULL;
}

static OidcSettings *
read_settings(const char *name, const Config *config, GError **error)
{
  g_autoptr(OidcSettings) settings = g_new0(OidcSettings, 1);
  *settings = (OidcSettings){
      .name = g_strdup(name),
      .issuer = g_strdup(config_string(config, GROUP, "issuer")),
      .client_id = g_strdup(config_string(config, GROUP, "client-id")),
      .scopes = g_strdup(config_string(config, GROUP, "scopes")),
      .name_claim = g_strdup(config_string(config, GROUP, "name-claim")),
      .name_domain = g_strdup(config_string(config, GROUP, "name-domain")),
      .groups_claim = g_strdup(config_string(config, GROUP, "groups-claim")),
      .second_factor_values = g_strdup(config_string(config, GROUP, "second-factor-values")),
      .asks_userinfo = config_bool(config, GROUP, "userinfo"),
  };
  return read_secret(config, &settings->client_secret, error) ? g_steal_pointer(&settings) : NULL;
}

Authenticator *
oidc_authenticator_open(const char *name, const Config *config, GError **error)
{
  if (!check(config, error))
    return NULL;
  g_autoptr(OidcSettings) settings = read_settings(name, config, error);
  guint limit_ms = (guint)config_int(config, GROUP, "timeout-s") * 1000;
  OidcTransport *transport =
      settings != NULL ? oidc_transport_new(config_string(config, GROUP, "ca-file"), limit_ms, error) : NULL;
  if (transport == NULL)
    return NULL;
  OidcAuthenticator *oidc = g_new0(OidcAuthenticator, 1);
  authenticator_init(&oidc->authenticator, name, config_string(config, AUTHENTICATOR_GROUP, "label"),
                     AUTHENTICATOR_REDIRECT);
  oidc->authenticator.free = free_oidc;
  oidc->provider = oidc_provider_new(g_steal_pointer(&settings), transport, clock_system());
  return &oidc->authenticator;
}

OidcProvider *
oidc_authenticator_provider(Authenticator *authenticator)
{
  return authenticator->free == free_oidc ? ((OidcAuthenticator *)authenticator)->provider : NULL;
}

const ConfigKey *
oidc_authenticator_keys(void)
{
  return KEYS;
}
