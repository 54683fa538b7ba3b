/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/auth/oidc/oidc_key_set.h"

#include "broker/auth/oidc/oidc_error.h"
#include "common/base/json.h"
#include "common/base/secret.h"

#include <cjose/cjose.h>
#include <string.h>

#define DOCUMENT_MAX  262144
#define KEYS_MAX      64
#define KID_MAX       255
#define PART_MAX      2048 /* characters of a number: more than 8192 bits need */
#define RSA_MIN_BYTES 256
#define RSA_MAX_BYTES 1024
#define EXPONENT_MAX  4

struct OidcKey {
  char *kid;       /* nullable */
  char *algorithm; /* nullable: any that fits its kind */
  char *kind;      /* as in ALGORITHMS */
  cjose_jwk_t *jwk;
};

struct OidcKeySet {
  GPtrArray *keys; /* of OidcKey */
};

/* RFC 7518 section 3.1; an elliptic algorithm goes with one curve. */
static const struct {
  const char *name, *kind;
  guint hash_bits;
} ALGORITHMS[] = {
    {"RS256", "RSA", 256},   {"RS384", "RSA", 384},   {"RS512", "RSA", 512},
    {"PS256", "RSA", 256},   {"PS384", "RSA", 384},   {"PS512", "RSA", 512},
    {"ES256", "P-256", 256}, {"ES384", "P-384", 384}, {"ES512", "P-521", 512},
};

static int
find_algorithm(const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS(ALGORITHMS); i++)
    if (g_strcmp0(name, ALGORITHMS[i].name) == 0)
      return (int)i;
  return -1;
}

gboolean
oidc_algorithm_is_allowed(const char *algorithm)
{
  return find_algorithm(algorithm) >= 0;
}

guint
oidc_algorithm_hash_bits(const char *algorithm)
{
  int index = find_algorithm(algorithm);
  return index >= 0 ? ALGORITHMS[index].hash_bits : 256;
}

static void
key_free(gpointer data)
{
  OidcKey *key = data;
  g_free(key->kid);
  g_free(key->algorithm);
  g_free(key->kind);
  if (key->jwk != NULL)
    cjose_jwk_release(key->jwk);
  g_free(key);
}

/* The number @name of @object; NULL unless it is base64url of @minimum … @maximum bytes that begins with
 * another byte than 0. */
static const char *
read_number(JsonObject *object, const char *name, gsize minimum, gsize maximum)
{
  const char *text = json_get_string(object, name, PART_MAX, NULL);
  g_autoptr(GBytes) bytes = text != NULL ? secret_from_base64url(text, -1) : NULL;
  gsize size = 0;
  const guint8 *number = bytes != NULL ? g_bytes_get_data(bytes, &size) : NULL;
  return number != NULL && size >= minimum && size <= maximum && number[0] != 0 ? text : NULL;
}

static char *
read_rsa(JsonObject *object)
{
  const char *modulus = read_number(object, "n", RSA_MIN_BYTES, RSA_MAX_BYTES);
  const char *exponent = read_number(object, "e", 1, EXPONENT_MAX);
  if (modulus == NULL || exponent == NULL || g_str_equal(exponent, "AQ")) /* 1 signs everything */
    return NULL;
  return g_strdup_printf("{\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"%s\"}", modulus, exponent);
}

static char *
read_elliptic(JsonObject *object, const char **ret_curve)
{
  static const struct {
    const char *curve;
    gsize bytes;
  } CURVES[] = {{"P-256", 32}, {"P-384", 48}, {"P-521", 66}};
  const char *curve = json_get_string(object, "crv", 16, NULL);
  const char *x = json_get_string(object, "x", PART_MAX, NULL);
  const char *y = json_get_string(object, "y", PART_MAX, NULL);
  for (guint i = 0; x != NULL && y != NULL && i < G_N_ELEMENTS(CURVES); i++) {
    g_autoptr(GBytes) x_bytes = secret_from_base64url(x, -1);
    g_autoptr(GBytes) y_bytes = secret_from_base64url(y, -1);
    if (!g_str_equal(curve != NULL ? curve : "", CURVES[i].curve) || x_bytes == NULL || y_bytes == NULL ||
        g_bytes_get_size(x_bytes) != CURVES[i].bytes || g_bytes_get_size(y_bytes) != CURVES[i].bytes)
      continue;
    *ret_curve = CURVES[i].curve;
    return g_strdup_printf("{\"kty\":\"EC\",\"crv\":\"%s\",\"x\":\"%s\",\"y\":\"%s\"}", curve, x, y);
  }
  return NULL;
}

/* For signatures, as far as it says (RFC 7517 sections 4.2 and 4.3). */
static gboolean
is_for_signatures(JsonObject *object)
{
  const char *use = NULL;
  if (!json_get_optional_string(object, "use", 64, &use, NULL) || (use != NULL && !g_str_equal(use, "sig")))
    return FALSE;
  if (!json_object_has_member(object, "key_ops"))
    return TRUE;
  JsonArray *operations = json_get_array(object, "key_ops", 16, NULL);
  for (guint i = 0; operations != NULL && i < json_array_get_length(operations); i++) {
    JsonNode *node = json_array_get_element(operations, i);
    if (JSON_NODE_HOLDS_VALUE(node) && g_strcmp0(json_node_get_string(node), "verify") == 0)
      return TRUE;
  }
  return FALSE;
}

/* What alone is given to the library: the public numbers, checked. */
static char *
read_public(JsonObject *object, const char **ret_kind)
{
  const char *type = json_get_string(object, "kty", 16, NULL);
  if (g_strcmp0(type, "RSA") == 0) {
    *ret_kind = "RSA";
    return read_rsa(object);
  }
  return g_strcmp0(type, "EC") == 0 ? read_elliptic(object, ret_kind) : NULL;
}

static OidcKey *
read_key(JsonObject *object)
{
  const char *kid = NULL, *algorithm = NULL, *kind = NULL;
  if (!is_for_signatures(object) || !json_get_optional_string(object, "kid", KID_MAX, &kid, NULL) ||
      !json_get_optional_string(object, "alg", 64, &algorithm, NULL) ||
      (algorithm != NULL && !oidc_algorithm_is_allowed(algorithm)))
    return NULL;
  g_autofree char *numbers = read_public(object, &kind);
  cjose_err problem;
  cjose_jwk_t *jwk = numbers != NULL ? cjose_jwk_import(numbers, strlen(numbers), &problem) : NULL;
  if (jwk == NULL)
    return NULL;
  OidcKey *key = g_new0(OidcKey, 1);
  *key = (OidcKey){g_strdup(kid), g_strdup(algorithm), g_strdup(kind), jwk};
  return key;
}

OidcKeySet *
oidc_key_set_parse(const char *text, gsize size, GError **error)
{
  g_autoptr(JsonObject) document = json_parse_object(text, size, DOCUMENT_MAX, NULL);
  JsonArray *array = document != NULL ? json_get_array(document, "keys", KEYS_MAX, NULL) : NULL;
  if (array == NULL) {
    oidc_refuse(error, "The provider's set of keys is not a JSON object with at most %d “keys”.", KEYS_MAX);
    return NULL;
  }
  g_autoptr(OidcKeySet) keys = g_new0(OidcKeySet, 1);
  keys->keys = g_ptr_array_new_with_free_func(key_free);
  for (guint i = 0; i < json_array_get_length(array); i++) {
    JsonNode *node = json_array_get_element(array, i);
    OidcKey *key = JSON_NODE_HOLDS_OBJECT(node) ? read_key(json_node_get_object(node)) : NULL;
    if (key != NULL)
      g_ptr_array_add(keys->keys, key);
  }
  if (keys->keys->len > 0)
    return g_steal_pointer(&keys);
  oidc_refuse(error,
              "The provider's set of keys has none that signs with RSA (2048 bits) or P-256 and more.");
  return NULL;
}

guint
oidc_key_set_count(const OidcKeySet *keys)
{
  return keys->keys->len;
}

const OidcKey *
oidc_key_set_find(const OidcKeySet *keys, const char *algorithm, const char *kid)
{
  int index = find_algorithm(algorithm);
  const OidcKey *found = NULL;
  for (guint i = 0; index >= 0 && i < keys->keys->len; i++) {
    const OidcKey *key = keys->keys->pdata[i];
    if (!g_str_equal(key->kind, ALGORITHMS[index].kind) || (kid != NULL && g_strcmp0(key->kid, kid) != 0) ||
        (key->algorithm != NULL && !g_str_equal(key->algorithm, algorithm)))
      continue;
    if (found != NULL)
      return NULL;
    found = key;
  }
  return found;
}

/* The library chooses by the header's `alg`: it has to be the one that the key was chosen for. */
static gboolean
verify(cjose_jws_t *jws, const OidcKey *key, const char *algorithm, GBytes **ret_payload)
{
  cjose_err problem;
  uint8_t *payload = NULL;
  size_t size = 0;
  const char *said = cjose_header_get(cjose_jws_get_protected(jws), CJOSE_HDR_ALG, &problem);
  if (g_strcmp0(said, algorithm) != 0 || !cjose_jws_verify(jws, key->jwk, &problem) ||
      !cjose_jws_get_plaintext(jws, &payload, &size, &problem))
    return FALSE;
  *ret_payload = g_bytes_new(payload, size);
  return TRUE;
}

gboolean
oidc_key_verify(const OidcKey *key, const char *jws, const char *algorithm, GBytes **ret_payload)
{
  cjose_err problem;
  cjose_jws_t *read = cjose_jws_import(jws, strlen(jws), &problem);
  if (read == NULL)
    return FALSE;
  gboolean is_good = verify(read, key, algorithm, ret_payload);
  cjose_jws_release(read);
  return is_good;
}

void
oidc_key_set_free(OidcKeySet *keys)
{
  if (keys == NULL)
    return;
  g_ptr_array_unref(keys->keys);
  g_free(keys);
}
