/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/auth/oidc/oidc_token.h"

#include "broker/auth/oidc/oidc_error.h"
#include "common/base/json.h"
#include "common/base/secret.h"

#include <string.h>

#define HEADER_MAX 4096
#define KID_MAX    255

/* The library takes padding, too: no two texts may be the same token. */
static gboolean
parts_are_strict(char **parts)
{
  for (; *parts != NULL; parts++) {
    g_autoptr(GBytes) bytes = secret_from_base64url(*parts, -1);
    if (bytes == NULL)
      return FALSE;
  }
  return TRUE;
}

/* The first of exactly three parts of @text, decoded. */
static JsonObject *
read_header(const char *text)
{
  if (strnlen(text, OIDC_TOKEN_MAX + 1) > OIDC_TOKEN_MAX)
    return NULL;
  g_auto(GStrv) parts = g_strsplit(text, ".", 4);
  if (g_strv_length(parts) != 3 || !parts_are_strict(parts))
    return NULL;
  g_autoptr(GBytes) bytes = secret_from_base64url(parts[0], -1);
  gsize size = 0;
  const char *header = bytes != NULL ? g_bytes_get_data(bytes, &size) : NULL;
  return header != NULL ? json_parse_object(header, size, HEADER_MAX, NULL) : NULL;
}

/* A token for another purpose is none for this one (RFC 8725 section 3.11), and what has to be understood is
 * not understood here (RFC 7515 section 4.1.11). */
static gboolean
check_header(JsonObject *header, GError **error)
{
  const char *type = NULL;
  if (json_object_has_member(header, "crit"))
    return oidc_refuse(error, "The token's header has members that are not known here (crit).");
  if (!json_get_optional_string(header, "typ", 64, &type, NULL) ||
      (type != NULL && g_ascii_strcasecmp(type, "JWT") != 0))
    return oidc_refuse(error, "The token is not an ID token: its header has another type.");
  return TRUE;
}

static const OidcKey *
find_key(JsonObject *header, const OidcKeySet *keys, const char **ret_algorithm, GError **error)
{
  const char *algorithm = json_get_string(header, "alg", 32, NULL);
  const char *kid = NULL;
  if (!oidc_algorithm_is_allowed(algorithm)) {
    oidc_refuse(error, "The token is signed with “%s”, which is not taken.",
                algorithm != NULL ? algorithm : "(nothing)");
    return NULL;
  }
  if (!json_get_optional_string(header, "kid", KID_MAX, &kid, NULL)) {
    oidc_refuse(error, "The token's header names no proper key.");
    return NULL;
  }
  const OidcKey *key = oidc_key_set_find(keys, algorithm, kid);
  if (key == NULL)
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND,
                "The provider has no key for %s by the name that the token gives.", algorithm);
  *ret_algorithm = algorithm;
  return key;
}

static OidcToken *
read_claims(GBytes *payload, const char *algorithm, GError **error)
{
  gsize size = 0;
  const char *text = g_bytes_get_data(payload, &size);
  JsonObject *claims = text != NULL ? json_parse_object(text, size, OIDC_TOKEN_MAX, NULL) : NULL;
  if (claims == NULL) {
    oidc_refuse(error, "The token does not hold a JSON object.");
    return NULL;
  }
  OidcToken *token = g_new0(OidcToken, 1);
  *token = (OidcToken){claims, g_strdup(algorithm)};
  return token;
}

OidcToken *
oidc_token_verify(const char *text, const OidcKeySet *keys, GError **error)
{
  g_autoptr(JsonObject) header = read_header(text);
  const char *algorithm = NULL;
  if (header == NULL) {
    oidc_refuse(error, "The token is not a signed token (JWS) of at most %d bytes.", OIDC_TOKEN_MAX);
    return NULL;
  }
  const OidcKey *key = check_header(header, error) ? find_key(header, keys, &algorithm, error) : NULL;
  if (key == NULL)
    return NULL;
  g_autoptr(GBytes) payload = NULL;
  if (!oidc_key_verify(key, text, algorithm, &payload)) {
    oidc_refuse(error, "The token's signature is not by the provider's key.");
    return NULL;
  }
  return read_claims(payload, algorithm, error);
}

void
oidc_token_free(OidcToken *token)
{
  if (token == NULL)
    return;
  json_object_unref(token->claims);
  g_free(token->algorithm);
  g_free(token);
}
