/* SPDX-License-Identifier: Apache-2.0 */
/* Fault 20: tokens with alg none, swapped keys, stale key sets; and algorithm confusion. */
#include "broker/auth/oidc/oidc_token.h"

#include "common/base/error.h"
#include "common/base/secret.h"
#include "oidc_signer.h"

#include <string.h>

#define PAYLOAD "{\"sub\":\"alice\"}"

static OidcKeySet *
read_set(OidcSigner *const *signers)
{
  g_autofree char *text = oidc_signer_set(signers);
  g_autoptr(GError) error = NULL;
  OidcKeySet *keys = oidc_key_set_parse(text, strlen(text), &error);
  g_assert_no_error(error);
  return keys;
}

static void
assert_refused(const char *token, const OidcKeySet *keys, CarawayErrorCode code)
{
  g_autoptr(GError) error = NULL;
  g_assert_null(oidc_token_verify(token, keys, &error));
  g_assert_error(error, CARAWAY_ERROR, (int)code);
}

/* Every algorithm that is taken verifies, and a changed byte does not. */
static void
test_every_algorithm(void)
{
  static const struct {
    const char *algorithm, *kind;
  } CASES[] = {{"RS256", "RSA"}, {"RS384", "RSA"},   {"RS512", "RSA"},   {"PS256", "RSA"},  {"PS384", "RSA"},
               {"PS512", "RSA"}, {"ES256", "P-256"}, {"ES384", "P-384"}, {"ES512", "P-521"}};
  g_autoptr(OidcSigner) rsa = oidc_signer_new("RSA", "rsa");
  for (guint i = 0; i < G_N_ELEMENTS(CASES); i++) {
    gboolean is_rsa = g_str_equal(CASES[i].kind, "RSA");
    g_autoptr(OidcSigner) own = is_rsa ? NULL : oidc_signer_new(CASES[i].kind, "ec");
    OidcSigner *signers[] = {is_rsa ? rsa : own, NULL};
    g_autoptr(OidcKeySet) keys = read_set(signers);
    g_autofree char *text = oidc_signer_sign(signers[0], CASES[i].algorithm, PAYLOAD);
    g_autoptr(GError) error = NULL;
    g_autoptr(OidcToken) token = oidc_token_verify(text, keys, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(json_object_get_string_member(token->claims, "sub"), ==, "alice");
    g_assert_cmpstr(token->algorithm, ==, CASES[i].algorithm);
    char *byte = strrchr(text, '.') + 20;
    *byte = *byte == 'A' ? 'B' : 'A';
    assert_refused(text, keys, CARAWAY_ERROR_PROVIDER_WRONG);
  }
}

static void
test_none_is_refused(void)
{
  g_autoptr(OidcSigner) signer = oidc_signer_new("P-256", "k");
  g_autoptr(OidcKeySet) keys = read_set((OidcSigner *[]){signer, NULL});
  static const char *const NAMES[] = {"none",  "None",  "NONE",  "nOnE", "",     "HS256",
                                      "HS384", "HS512", "EdDSA", "RS1",  "es256"};
  for (guint i = 0; i < G_N_ELEMENTS(NAMES); i++) {
    g_autofree char *header = g_strdup_printf("{\"alg\":\"%s\",\"kid\":\"k\"}", NAMES[i]);
    g_autofree char *unsigned_token = oidc_signer_compose(header, PAYLOAD, "");
    assert_refused(unsigned_token, keys, CARAWAY_ERROR_PROVIDER_WRONG);
  }
  g_autofree char *without = oidc_signer_compose("{\"kid\":\"k\"}", PAYLOAD, "AAAA");
  assert_refused(without, keys, CARAWAY_ERROR_PROVIDER_WRONG);
}

/* Bug class: a public key taken for the secret of an HMAC, in each form that an attacker can have it in. */
static void
test_algorithm_confusion(void)
{
  g_autoptr(OidcSigner) signer = oidc_signer_new("RSA", "k");
  g_autofree char *as_json = oidc_signer_public(signer, NULL);
  OidcSigner *signers[] = {signer, NULL};
  g_autofree char *as_set = oidc_signer_set(signers);
  g_autoptr(OidcKeySet) keys = read_set(signers);
  const char *secrets[] = {as_json, as_set, "k", "secret"};
  for (guint i = 0; i < G_N_ELEMENTS(secrets); i++) {
    g_autofree char *token = oidc_signer_hmac(secrets[i], "k", PAYLOAD);
    assert_refused(token, keys, CARAWAY_ERROR_PROVIDER_WRONG);
  }
}

/* A symmetric key in the set is not one at all: HMAC by it is refused like any other. */
static void
test_symmetric_key_is_ignored(void)
{
  g_autoptr(OidcSigner) signer = oidc_signer_new("P-256", "good");
  g_autofree char *good = oidc_signer_public(signer, NULL);
  g_autofree char *text =
      g_strdup_printf("{\"keys\":[{\"kty\":\"oct\",\"kid\":\"k\",\"k\":\"c2VjcmV0\"},%s]}", good);
  g_autoptr(OidcKeySet) keys = oidc_key_set_parse(text, strlen(text), NULL);
  g_assert_cmpuint(oidc_key_set_count(keys), ==, 1);
  g_autofree char *token = oidc_signer_hmac("secret", "k", PAYLOAD);
  assert_refused(token, keys, CARAWAY_ERROR_PROVIDER_WRONG);
}

static void
test_swapped_keys(void)
{
  g_autoptr(OidcSigner) first = oidc_signer_new("P-256", "first");
  g_autoptr(OidcSigner) stranger = oidc_signer_new("P-256", "first"); /* by the same name */
  g_autoptr(OidcSigner) other = oidc_signer_new("P-256", "other");
  g_autoptr(OidcKeySet) keys = read_set((OidcSigner *[]){first, other, NULL});
  g_autofree char *forged = oidc_signer_sign(stranger, "ES256", PAYLOAD);
  assert_refused(forged, keys, CARAWAY_ERROR_PROVIDER_WRONG);
  /* The algorithm is chosen by the key, not by the token. */
  g_autoptr(OidcSigner) rsa = oidc_signer_new("RSA", "first");
  g_autofree char *other_kind = oidc_signer_sign(rsa, "RS256", PAYLOAD);
  assert_refused(other_kind, keys, CARAWAY_ERROR_NOT_FOUND);
}

/* A key that the token brings along is nobody's. */
static void
test_key_in_header_is_not_used(void)
{
  g_autoptr(OidcSigner) good = oidc_signer_new("P-256", "good");
  g_autoptr(OidcSigner) stranger = oidc_signer_new("P-256", "good");
  g_autoptr(OidcKeySet) keys = read_set((OidcSigner *[]){good, NULL});
  g_autofree char *jwk = oidc_signer_public(stranger, NULL);
  g_autofree char *header = g_strdup_printf(
      "{\"alg\":\"ES256\",\"kid\":\"good\",\"jwk\":%s,\"jku\":\"https://evil.example/\"}", jwk);
  g_autofree char *signed_by_stranger = oidc_signer_sign(stranger, "ES256", PAYLOAD);
  g_autofree char *token = oidc_signer_compose(header, PAYLOAD, strrchr(signed_by_stranger, '.') + 1);
  assert_refused(token, keys, CARAWAY_ERROR_PROVIDER_WRONG);
}

static void
test_unknown_key_is_told_apart(void)
{
  g_autoptr(OidcSigner) old = oidc_signer_new("P-256", "old");
  g_autoptr(OidcSigner) fresh = oidc_signer_new("P-256", "new");
  g_autoptr(OidcKeySet) keys = read_set((OidcSigner *[]){old, NULL});
  g_autofree char *token = oidc_signer_sign(fresh, "ES256", PAYLOAD);
  assert_refused(token, keys, CARAWAY_ERROR_NOT_FOUND);
}

/* Without a kid only the one key that fits may be meant (OpenID Connect Core 1.0 section 10.1). */
static void
test_without_kid(void)
{
  g_autoptr(OidcSigner) one = oidc_signer_new("P-256", NULL);
  g_autoptr(OidcSigner) two = oidc_signer_new("P-256", NULL);
  g_autoptr(OidcSigner) rsa = oidc_signer_new("RSA", NULL);
  g_autofree char *token = oidc_signer_sign(one, "ES256", PAYLOAD);
  g_autoptr(OidcKeySet) single = read_set((OidcSigner *[]){one, rsa, NULL});
  g_autoptr(OidcKeySet) both = read_set((OidcSigner *[]){one, two, NULL});
  g_autoptr(GError) error = NULL;
  g_autoptr(OidcToken) read = oidc_token_verify(token, single, &error);
  g_assert_no_error(error);
  assert_refused(token, both, CARAWAY_ERROR_NOT_FOUND);
}

static void
test_headers_that_are_refused(void)
{
  g_autoptr(OidcSigner) signer = oidc_signer_new("P-256", "k");
  g_autoptr(OidcKeySet) keys = read_set((OidcSigner *[]){signer, NULL});
  static const char *const HEADERS[] = {
      "{\"alg\":\"ES256\",\"kid\":\"k\",\"crit\":[\"b64\"],\"b64\":false}",
      "{\"alg\":\"ES256\",\"kid\":\"k\",\"typ\":\"at+jwt\"}",
      "{\"alg\":\"ES256\",\"kid\":\"k\",\"typ\":\"logout+jwt\"}",
      "{\"alg\":\"ES256\",\"alg\":\"none\",\"kid\":\"k\"}",
      "{\"alg\":[\"ES256\"],\"kid\":\"k\"}",
      "{\"alg\":\"ES256\",\"kid\":7}",
      "[]",
      "",
  };
  for (guint i = 0; i < G_N_ELEMENTS(HEADERS); i++) {
    g_autofree char *token = oidc_signer_compose(HEADERS[i], PAYLOAD, "AAAA");
    assert_refused(token, keys, CARAWAY_ERROR_PROVIDER_WRONG);
  }
}

/* Signed as it should be, and still not meant for us. */
static void
test_signed_headers_that_are_refused(void)
{
  g_autoptr(OidcSigner) signer = oidc_signer_new("P-256", "k");
  g_autoptr(OidcKeySet) keys = read_set((OidcSigner *[]){signer, NULL});
  g_autofree char *plain = oidc_signer_sign_with(signer, "typ", "JWT", PAYLOAD);
  g_autoptr(OidcToken) good = oidc_token_verify(plain, keys, NULL);
  g_assert_nonnull(good);
  static const struct {
    const char *member, *value;
  } CASES[] = {{"crit", "[\"exp\"]"}, {"crit", "[]"}, {"typ", "at+jwt"}, {"typ", "logout+jwt"}};
  for (guint i = 0; i < G_N_ELEMENTS(CASES); i++) {
    g_autofree char *token = oidc_signer_sign_with(signer, CASES[i].member, CASES[i].value, PAYLOAD);
    assert_refused(token, keys, CARAWAY_ERROR_PROVIDER_WRONG);
  }
}

static void
test_shapes_that_are_refused(void)
{
  g_autoptr(OidcSigner) signer = oidc_signer_new("P-256", "k");
  g_autoptr(OidcKeySet) keys = read_set((OidcSigner *[]){signer, NULL});
  g_autofree char *good = oidc_signer_sign(signer, "ES256", PAYLOAD);
  g_autofree char *no_object = oidc_signer_sign(signer, "ES256", "\"alice\"");
  g_autofree char *twice = oidc_signer_sign(signer, "ES256", "{\"sub\":\"alice\",\"sub\":\"bob\"}");
  g_autofree char *longer = g_strconcat(good, ".AAAA", NULL);
  g_autofree char *padded = g_strconcat(good, "==", NULL);
  g_autofree char *huge = g_strnfill(OIDC_TOKEN_MAX + 1, 'a');
  const char *tokens[] = {no_object, twice, longer, padded, huge, "", ".", "..", "...", "a.b.c"};
  for (guint i = 0; i < G_N_ELEMENTS(tokens); i++)
    assert_refused(tokens[i], keys, CARAWAY_ERROR_PROVIDER_WRONG);
  for (gsize length = 0; length < strlen(good); length++) {
    g_autofree char *cut = g_strndup(good, length);
    g_assert_null(oidc_token_verify(cut, keys, NULL));
  }
}

/* Keys that must not sign for us are as if they were not there. */
static void
test_keys_that_are_ignored(void)
{
  g_autoptr(OidcSigner) signer = oidc_signer_new("P-256", "k");
  static const char *const MEMBERS[] = {"\"use\":\"enc\"", "\"key_ops\":[\"encrypt\"]", "\"alg\":\"ES384x\"",
                                        "\"alg\":\"none\"", "\"use\":7"};
  for (guint i = 0; i < G_N_ELEMENTS(MEMBERS); i++) {
    g_autofree char *key = oidc_signer_public(signer, MEMBERS[i]);
    g_autofree char *text = g_strdup_printf("{\"keys\":[%s]}", key);
    g_autoptr(GError) error = NULL;
    g_assert_null(oidc_key_set_parse(text, strlen(text), &error));
    g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_PROVIDER_WRONG);
  }
  static const char *const KEYS[] = {
      "{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}", /* short */
      "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AQAB\",\"y\":\"AQAB\"}",
      "{\"kty\":\"EC\",\"crv\":\"secp256k1\",\"x\":\"AQAB\",\"y\":\"AQAB\"}",
      "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AQAB\"}",
      "{}",
      "7",
  };
  for (guint i = 0; i < G_N_ELEMENTS(KEYS); i++) {
    g_autofree char *text = g_strdup_printf("{\"keys\":[%s]}", KEYS[i]);
    g_assert_null(oidc_key_set_parse(text, strlen(text), NULL));
  }
}

/* A key that is for one algorithm signs with no other. */
static void
test_key_keeps_to_its_algorithm(void)
{
  g_autoptr(OidcSigner) signer = oidc_signer_new("RSA", "k");
  g_autofree char *key = oidc_signer_public(signer, "\"alg\":\"PS256\",\"use\":\"sig\"");
  g_autofree char *text = g_strdup_printf("{\"keys\":[%s]}", key);
  g_autoptr(OidcKeySet) keys = oidc_key_set_parse(text, strlen(text), NULL);
  g_autofree char *other = oidc_signer_sign(signer, "RS256", PAYLOAD);
  assert_refused(other, keys, CARAWAY_ERROR_NOT_FOUND);
  g_autofree char *own = oidc_signer_sign(signer, "PS256", PAYLOAD);
  g_autoptr(OidcToken) token = oidc_token_verify(own, keys, NULL);
  g_assert_nonnull(token);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/oidc-token/every-algorithm", test_every_algorithm);
  g_test_add_func("/oidc-token/none-is-refused", test_none_is_refused);
  g_test_add_func("/oidc-token/algorithm-confusion", test_algorithm_confusion);
  g_test_add_func("/oidc-token/symmetric-key-is-ignored", test_symmetric_key_is_ignored);
  g_test_add_func("/oidc-token/swapped-keys", test_swapped_keys);
  g_test_add_func("/oidc-token/key-in-header-is-not-used", test_key_in_header_is_not_used);
  g_test_add_func("/oidc-token/unknown-key-is-told-apart", test_unknown_key_is_told_apart);
  g_test_add_func("/oidc-token/without-kid", test_without_kid);
  g_test_add_func("/oidc-token/headers-that-are-refused", test_headers_that_are_refused);
  g_test_add_func("/oidc-token/signed-headers-that-are-refused", test_signed_headers_that_are_refused);
  g_test_add_func("/oidc-token/shapes-that-are-refused", test_shapes_that_are_refused);
  g_test_add_func("/oidc-token/keys-that-are-ignored", test_keys_that_are_ignored);
  g_test_add_func("/oidc-token/key-keeps-to-its-algorithm", test_key_keeps_to_its_algorithm);
  return g_test_run();
}
