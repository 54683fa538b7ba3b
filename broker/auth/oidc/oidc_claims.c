/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/auth/oidc/oidc_claims.h"

#include "broker/auth/oidc/oidc_discovery.h"
#include "broker/auth/oidc/oidc_error.h"
#include "broker/auth/oidc/oidc_key_set.h"
#include "common/base/json.h"
#include "common/base/secret.h"

#include <string.h>

#define SUBJECT_MAX   255
#define AUDIENCES_MAX 16
#define CLIENT_MAX    255
#define NONCE_MAX     255
#define TIME_MAX_S    253402300799 /* the year 9999 */

/* A NumericDate (RFC 7519 section 2): seconds, may have a fraction. FALSE when it is none. */
static gboolean
read_time(JsonObject *claims, const char *name, gint64 *ret_s)
{
  JsonNode *node = json_object_get_member(claims, name);
  if (node == NULL || !JSON_NODE_HOLDS_VALUE(node))
    return FALSE;
  GType type = json_node_get_value_type(node);
  if (type != G_TYPE_INT64 && type != G_TYPE_DOUBLE)
    return FALSE;
  double seconds = json_node_get_double(node);
  if (!(seconds >= 0 && seconds <= (double)TIME_MAX_S))
    return FALSE;
  *ret_s = (gint64)seconds;
  return TRUE;
}

static gboolean
check_times(JsonObject *claims, gint64 now_s, GError **error)
{
  gint64 expires_s = 0, issued_s = 0, from_s = 0;
  if (!read_time(claims, "exp", &expires_s))
    return oidc_refuse(error, "The token does not say when it ends (exp).");
  if (now_s >= expires_s + OIDC_CLOCK_SKEW_S)
    return oidc_refuse(error, "The token has ended (exp). Compare the clocks of provider and broker.");
  if (!read_time(claims, "iat", &issued_s))
    return oidc_refuse(error, "The token does not say when it was made (iat).");
  if (issued_s > now_s + OIDC_CLOCK_SKEW_S)
    return oidc_refuse(error, "The token is of the future (iat). Compare the clocks of provider and broker.");
  if (now_s > issued_s + OIDC_TOKEN_AGE_S + OIDC_CLOCK_SKEW_S)
    return oidc_refuse(error, "The token is too old (iat). Compare the clocks of provider and broker.");
  if (json_object_has_member(claims, "nbf") &&
      (!read_time(claims, "nbf", &from_s) || from_s > now_s + OIDC_CLOCK_SKEW_S))
    return oidc_refuse(error, "The token does not hold yet (nbf).");
  return TRUE;
}

static gboolean
is_text(JsonNode *node, const char *text)
{
  return JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_STRING &&
         g_str_equal(json_node_get_string(node), text);
}

/* One text or an array of texts; who is named beside us is believed only where the token was made for us. */
static gboolean
check_audience(JsonObject *claims, const char *client_id, GError **error)
{
  JsonNode *node = json_object_get_member(claims, "aud");
  const char *party = NULL;
  guint named = 1;
  gboolean is_named = node != NULL && is_text(node, client_id);
  if (node != NULL && JSON_NODE_HOLDS_ARRAY(node)) {
    JsonArray *audiences = json_node_get_array(node);
    named = json_array_get_length(audiences);
    for (guint i = 0; i < MIN(named, AUDIENCES_MAX) && !is_named; i++)
      is_named = is_text(json_array_get_element(audiences, i), client_id);
  }
  if (!is_named)
    return oidc_refuse(error, "The token was not made for this client (aud).");
  if (!json_get_optional_string(claims, "azp", CLIENT_MAX, &party, NULL) || (party == NULL && named > 1) ||
      (party != NULL && !g_str_equal(party, client_id)))
    return oidc_refuse(error, "The token was made for another party (azp).");
  return TRUE;
}

char *
oidc_claims_half_hash(const char *token, guint bits)
{
  GChecksumType type = bits == 512 ? G_CHECKSUM_SHA512 : bits == 384 ? G_CHECKSUM_SHA384 : G_CHECKSUM_SHA256;
  guint8 digest[64];
  gsize size = sizeof digest;
  g_autoptr(GChecksum) checksum = g_checksum_new(type);
  g_checksum_update(checksum, (const guchar *)token, -1);
  g_checksum_get_digest(checksum, digest, &size);
  return secret_to_base64url(digest, size / 2);
}

static gboolean
check_access_token(JsonObject *claims, const OidcExpectation *expected, GError **error)
{
  if (!json_object_has_member(claims, "at_hash"))
    return TRUE;
  const char *said = json_get_string(claims, "at_hash", 128, NULL);
  g_autofree char *own =
      expected->access_token != NULL
          ? oidc_claims_half_hash(expected->access_token, oidc_algorithm_hash_bits(expected->algorithm))
          : NULL;
  return (said != NULL && own != NULL && g_str_equal(said, own)) ||
         oidc_refuse(error, "The token does not belong to the access token that came with it (at_hash).");
}

const char *
oidc_claims_subject(JsonObject *claims)
{
  const char *subject = json_get_string(claims, "sub", SUBJECT_MAX, NULL);
  return subject != NULL && *subject != '\0' ? subject : NULL;
}

gboolean
oidc_claims_check(JsonObject *claims, const OidcExpectation *expected, GError **error)
{
  const char *issuer = json_get_string(claims, "iss", OIDC_URL_MAX, NULL);
  const char *nonce = json_get_string(claims, "nonce", NONCE_MAX, NULL);
  if (g_strcmp0(issuer, expected->issuer) != 0)
    return oidc_refuse(error, "The token is of another issuer (iss).");
  if (oidc_claims_subject(claims) == NULL)
    return oidc_refuse(error, "The token does not say whom it is about (sub).");
  if (!check_audience(claims, expected->client_id, error) || !check_times(claims, expected->now_s, error))
    return FALSE;
  if (nonce == NULL || !secret_equal(nonce, expected->nonce))
    return oidc_refuse(error, "The token is of another sign-in (nonce).");
  return check_access_token(claims, expected, error);
}
