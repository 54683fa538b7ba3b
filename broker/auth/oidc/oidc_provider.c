/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/auth/oidc/oidc_provider.h"

#include "broker/auth/oidc/oidc_claims.h"
#include "broker/auth/oidc/oidc_error.h"
#include "broker/auth/oidc/oidc_knowledge.h"
#include "common/base/json.h"
#include "common/base/secret.h"

#include <string.h>

#define ANSWER_MAX       262144
#define ACCESS_TOKEN_MAX 16384
#define CODE_MAX         2048
#define ERROR_MAX        64

struct OidcProvider {
  OidcSettings *settings;
  OidcTransport *transport;
  const Clock *clock;
  GMutex mutex; /* of the next */
  OidcKnowledge *knowledge;
};

/* What the token endpoint gave. */
typedef struct {
  char *id_token;
  char *access_token;
} Tokens;

static void
tokens_clear(Tokens *tokens)
{
  secret_free(tokens->id_token);
  secret_free(tokens->access_token);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Tokens, tokens_clear)

/* The endpoints of one moment: the lock is not held while the provider is asked. */
typedef struct {
  char *token_endpoint, *userinfo_endpoint;
  gboolean takes_basic, takes_post, names_issuer;
} Endpoints;

static void
endpoints_clear(Endpoints *endpoints)
{
  g_free(endpoints->token_endpoint);
  g_free(endpoints->userinfo_endpoint);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Endpoints, endpoints_clear)

static gboolean
read_endpoints(OidcProvider *provider, Endpoints *ret_endpoints, GError **error)
{
  g_autoptr(GMutexLocker) lock = g_mutex_locker_new(&provider->mutex);
  const OidcDiscovery *discovery = oidc_knowledge_discovery(provider->knowledge, error);
  if (discovery == NULL)
    return FALSE;
  *ret_endpoints = (Endpoints){g_strdup(discovery->token_endpoint), g_strdup(discovery->userinfo_endpoint),
                               discovery->takes_basic, discovery->takes_post, discovery->names_issuer};
  return TRUE;
}

char *
oidc_provider_begin(OidcProvider *provider, const OidcTransaction *transaction, const char *redirect_uri,
                    GError **error)
{
  g_autoptr(GMutexLocker) lock = g_mutex_locker_new(&provider->mutex);
  const OidcDiscovery *discovery = oidc_knowledge_discovery(provider->knowledge, error);
  if (discovery == NULL)
    return NULL;
  const OidcAsking asking = {discovery->authorization_endpoint, provider->settings->client_id,
                             provider->settings->scopes, redirect_uri};
  return oidc_transaction_address(transaction, &asking);
}

/* An answer of another provider than the one that was asked (mix-up, RFC 9207 section 2.4). */
static gboolean
check_issuer(const OidcProvider *provider, const Endpoints *endpoints, const char *said, GError **error)
{
  if (said != NULL && !g_str_equal(said, provider->settings->issuer))
    return oidc_refuse(error, "The answer came from another provider than the one that was asked (iss).");
  return said != NULL || !endpoints->names_issuer ||
         oidc_refuse(error, "The answer does not say which provider it is from (iss), as this one does.");
}

static const char *
short_name(const char *text)
{
  gsize length = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.");
  return text[length] == '\0' && length <= ERROR_MAX ? text : "(not a name)";
}

static gboolean
check_answer(const OidcAnswer *answer, GError **error)
{
  if (answer->error != NULL) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_PROVIDER_DENIED,
                "The sign-in service let nobody in (%s). Try again, or ask your administrator.",
                short_name(answer->error));
    return FALSE;
  }
  return (answer->code != NULL && *answer->code != '\0' && strlen(answer->code) <= CODE_MAX) ||
         oidc_refuse(error, "The provider's answer has no code.");
}

static void
add(GString *form, const char *name, const char *value)
{
  g_string_append_printf(form, "%s%s=", form->len > 0 ? "&" : "", name);
  g_string_append_uri_escaped(form, value, NULL, FALSE);
}

/* RFC 6749 section 2.3.1: both parts are escaped before they are joined. */
static char *
make_authorization(const OidcSettings *settings)
{
  g_autofree char *id = g_uri_escape_string(settings->client_id, NULL, FALSE);
  char *secret = g_uri_escape_string(settings->client_secret, NULL, FALSE);
  char *pair = g_strconcat(id, ":", secret, NULL);
  char *encoded = g_base64_encode((const guchar *)pair, strlen(pair));
  char *authorization = g_strconcat("Basic ", encoded, NULL);
  secret_free(secret);
  secret_free(pair);
  secret_free(encoded);
  return authorization;
}

/* What the endpoint refused (RFC 6749 section 5.2). A code is good once, and for a minute or so. */
static gboolean
take_refusal(GBytes *answer, guint status, GError **error)
{
  gsize size = 0;
  const char *text = g_bytes_get_data(answer, &size);
  g_autoptr(JsonObject) problem = size > 0 ? json_parse_object(text, size, ANSWER_MAX, NULL) : NULL;
  const char *name = problem != NULL ? json_get_string(problem, "error", ERROR_MAX, NULL) : NULL;
  if (g_strcmp0(name, "invalid_grant") == 0) {
    g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_SIGN_IN_EXPIRED,
                        "The sign-in service does not take the code any more. Begin again.");
    return FALSE;
  }
  if (status >= 500) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_PROVIDER_AWAY,
                "The sign-in service answers with status %u.", status);
    return FALSE;
  }
  return oidc_refuse(error, "The provider gives no tokens: status %u, %s.", status,
                     name != NULL ? short_name(name) : "without a reason");
}

static gboolean
read_tokens(GBytes *answer, Tokens *ret_tokens, GError **error)
{
  gsize size = 0;
  const char *text = g_bytes_get_data(answer, &size);
  g_autoptr(JsonObject) object = size > 0 ? json_parse_object(text, size, ANSWER_MAX, NULL) : NULL;
  const char *type = object != NULL ? json_get_string(object, "token_type", 32, NULL) : NULL;
  const char *token = object != NULL ? json_get_string(object, "id_token", OIDC_TOKEN_MAX, NULL) : NULL;
  const char *access =
      object != NULL ? json_get_string(object, "access_token", ACCESS_TOKEN_MAX, NULL) : NULL;
  if (token == NULL || access == NULL || type == NULL || g_ascii_strcasecmp(type, "Bearer") != 0)
    return oidc_refuse(error, "The provider's answer has no ID token. Is the scope openid asked for?");
  *ret_tokens = (Tokens){g_strdup(token), g_strdup(access)};
  return TRUE;
}

static GString *
make_form(const OidcSettings *settings, const char *code, const OidcTransaction *transaction,
          const char *redirect_uri)
{
  GString *form = g_string_new(NULL);
  add(form, "grant_type", "authorization_code");
  add(form, "code", code);
  add(form, "redirect_uri", redirect_uri);
  add(form, "code_verifier", transaction->verifier);
  add(form, "client_id", settings->client_id);
  return form;
}

static gboolean
redeem(OidcProvider *provider, const Endpoints *endpoints, GString *form, Tokens *ret_tokens, GError **error)
{
  const OidcSettings *settings = provider->settings;
  gboolean by_form = settings->client_secret != NULL && !endpoints->takes_basic && endpoints->takes_post;
  char *authorization = settings->client_secret != NULL && !by_form ? make_authorization(settings) : NULL;
  if (by_form)
    add(form, "client_secret", settings->client_secret);
  const OidcRequest request = {endpoints->token_endpoint, authorization, form->str};
  guint status = 0;
  g_autoptr(GBytes) answer = provider->transport->send(provider->transport, &request, &status, error);
  secret_free(authorization);
  if (answer == NULL)
    return FALSE;
  return status == 200 ? read_tokens(answer, ret_tokens, error) : take_refusal(answer, status, error);
}

static OidcToken *
verify(OidcProvider *provider, const Tokens *tokens, const OidcTransaction *transaction, GError **error)
{
  g_mutex_lock(&provider->mutex);
  g_autoptr(OidcToken) token = oidc_knowledge_verify(provider->knowledge, tokens->id_token, error);
  g_mutex_unlock(&provider->mutex);
  if (token == NULL)
    return NULL;
  const OidcExpectation expected = {
      .issuer = provider->settings->issuer,
      .client_id = provider->settings->client_id,
      .nonce = transaction->nonce,
      .access_token = tokens->access_token,
      .algorithm = token->algorithm,
      .now_s = clock_wall_us(provider->clock) / G_USEC_PER_SEC,
  };
  return oidc_claims_check(token->claims, &expected, error) ? g_steal_pointer(&token) : NULL;
}

/* Claims about another subject are somebody else's (OpenID Connect Core 1.0 section 5.3.4). */
static JsonObject *
ask_userinfo(OidcProvider *provider, const char *url, const Tokens *tokens, const char *subject,
             GError **error)
{
  char *authorization = g_strconcat("Bearer ", tokens->access_token, NULL);
  guint status = 0;
  g_autoptr(GBytes) answer = provider->transport->send(
      provider->transport, &(OidcRequest){.url = url, .authorization = authorization}, &status, error);
  secret_free(authorization);
  if (answer == NULL)
    return NULL;
  gsize size = 0;
  const char *text = g_bytes_get_data(answer, &size);
  g_autoptr(JsonObject) claims =
      status == 200 && size > 0 ? json_parse_object(text, size, ANSWER_MAX, NULL) : NULL;
  if (claims != NULL && g_strcmp0(oidc_claims_subject(claims), subject) == 0)
    return g_steal_pointer(&claims);
  oidc_refuse(error, "The provider's userinfo (status %u) is not about the person of the token.", status);
  return NULL;
}

static OidcIdentity *
identify(OidcProvider *provider, const Endpoints *endpoints, const Tokens *tokens,
         const OidcTransaction *transaction, GError **error)
{
  g_autoptr(OidcToken) token = verify(provider, tokens, transaction, error);
  if (token == NULL)
    return NULL;
  g_autoptr(JsonObject) more = NULL;
  if (endpoints->userinfo_endpoint != NULL && oidc_identity_is_wanting(token->claims, provider->settings)) {
    more = ask_userinfo(provider, endpoints->userinfo_endpoint, tokens, oidc_claims_subject(token->claims),
                        error);
    if (more == NULL)
      return NULL;
  }
  return oidc_identity_read(token->claims, more, provider->settings, error);
}

OidcIdentity *
oidc_provider_finish(OidcProvider *provider, const OidcAnswer *answer, const OidcTransaction *transaction,
                     const char *redirect_uri, GError **error)
{
  g_auto(Endpoints) endpoints = {NULL};
  g_auto(Tokens) tokens = {NULL, NULL};
  if (!read_endpoints(provider, &endpoints, error) ||
      !check_issuer(provider, &endpoints, answer->issuer, error) || !check_answer(answer, error))
    return NULL;
  GString *form = make_form(provider->settings, answer->code, transaction, redirect_uri);
  gboolean done = redeem(provider, &endpoints, form, &tokens, error);
  secret_free(g_string_free(form, FALSE));
  return done ? identify(provider, &endpoints, &tokens, transaction, error) : NULL;
}

OidcProvider *
oidc_provider_new(OidcSettings *settings, OidcTransport *transport, const Clock *clock)
{
  OidcProvider *provider = g_new0(OidcProvider, 1);
  provider->settings = settings;
  provider->transport = transport;
  provider->clock = clock;
  provider->knowledge = oidc_knowledge_new(settings->issuer, transport, clock);
  g_mutex_init(&provider->mutex);
  return provider;
}

const OidcSettings *
oidc_provider_settings(const OidcProvider *provider)
{
  return provider->settings;
}

void
oidc_provider_free(OidcProvider *provider)
{
  if (provider == NULL)
    return;
  oidc_knowledge_free(provider->knowledge);
  oidc_transport_free(provider->transport);
  oidc_settings_free(provider->settings);
  g_mutex_clear(&provider->mutex);
  g_free(provider);
}
