/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/auth/oidc/oidc_discovery.h"

#include "broker/auth/oidc/oidc_error.h"
#include "common/base/json.h"

#include <string.h>

#define DOCUMENT_MAX 262144
#define METHODS_MAX  64
#define METHOD_MAX   64

gboolean
oidc_url_is_proper(const char *url)
{
  if (url == NULL || strlen(url) > OIDC_URL_MAX)
    return FALSE;
  g_autoptr(GUri) uri = g_uri_parse(url, G_URI_FLAGS_ENCODED, NULL);
  return uri != NULL && g_strcmp0(g_uri_get_scheme(uri), "https") == 0 && g_uri_get_host(uri) != NULL &&
         *g_uri_get_host(uri) != '\0' && g_uri_get_userinfo(uri) == NULL && g_uri_get_fragment(uri) == NULL;
}

static gboolean
read_url(JsonObject *document, const char *name, gboolean is_needed, char **ret_url, GError **error)
{
  const char *url = NULL;
  if (!json_get_optional_string(document, name, OIDC_URL_MAX, &url, NULL) || (url == NULL && is_needed))
    return oidc_refuse(error, "The provider's description has no usable “%s”.", name);
  if (url != NULL && !oidc_url_is_proper(url))
    return oidc_refuse(error, "“%s” in the provider's description is no https address.", name);
  *ret_url = g_strdup(url);
  return TRUE;
}

/* Whether the array @name has @value; @fallback where there is no such array. */
static gboolean
has_method(JsonObject *document, const char *name, const char *value, gboolean fallback)
{
  if (!json_object_has_member(document, name))
    return fallback;
  JsonArray *methods = json_get_array(document, name, METHODS_MAX, NULL);
  for (guint i = 0; methods != NULL && i < json_array_get_length(methods); i++) {
    JsonNode *node = json_array_get_element(methods, i);
    if (JSON_NODE_HOLDS_VALUE(node) && g_strcmp0(json_node_get_string(node), value) == 0)
      return TRUE;
  }
  return FALSE;
}

static gboolean
check_issuer(JsonObject *document, const char *issuer, GError **error)
{
  const char *said = json_get_string(document, "issuer", OIDC_URL_MAX, NULL);
  return g_strcmp0(said, issuer) == 0 ||
         oidc_refuse(error, "The provider calls itself “%.200s”, not “%s” as it is configured.",
                     said != NULL ? said : "(nothing)", issuer);
}

OidcDiscovery *
oidc_discovery_parse(const char *text, gsize size, const char *issuer, GError **error)
{
  g_autoptr(JsonObject) document = json_parse_object(text, size, DOCUMENT_MAX, NULL);
  if (document == NULL) {
    oidc_refuse(error, "The provider's description is not a JSON object.");
    return NULL;
  }
  g_autoptr(OidcDiscovery) discovery = g_new0(OidcDiscovery, 1);
  if (!check_issuer(document, issuer, error) ||
      !read_url(document, "authorization_endpoint", TRUE, &discovery->authorization_endpoint, error) ||
      !read_url(document, "token_endpoint", TRUE, &discovery->token_endpoint, error) ||
      !read_url(document, "jwks_uri", TRUE, &discovery->key_set, error) ||
      !read_url(document, "userinfo_endpoint", FALSE, &discovery->userinfo_endpoint, error) ||
      !json_get_optional_bool(document, "authorization_response_iss_parameter_supported", FALSE,
                              &discovery->names_issuer, error))
    return NULL;
  static const char METHODS[] = "token_endpoint_auth_methods_supported";
  discovery->takes_basic = has_method(document, METHODS, "client_secret_basic", TRUE); /* section 3 */
  discovery->takes_post = has_method(document, METHODS, "client_secret_post", FALSE);
  return g_steal_pointer(&discovery);
}

void
oidc_discovery_free(OidcDiscovery *discovery)
{
  if (discovery == NULL)
    return;
  g_free(discovery->authorization_endpoint);
  g_free(discovery->token_endpoint);
  g_free(discovery->key_set);
  g_free(discovery->userinfo_endpoint);
  g_free(discovery);
}
