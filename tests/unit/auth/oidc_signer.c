/* SPDX-License-Identifier: Apache-2.0 */
#include "oidc_signer.h"

#include "common/base/secret.h"

#include <cjose/cjose.h>
#include <stdlib.h>
#include <string.h>

#define RSA_BITS 2048

struct OidcSigner {
  cjose_jwk_t *jwk;
  char *kid;
};

static cjose_jwk_t *
make_key(const char *kind)
{
  cjose_err problem;
  if (g_str_equal(kind, "RSA"))
    return cjose_jwk_create_RSA_random(RSA_BITS, (const uint8_t *)"\x01\x00\x01", 3, &problem);
  cjose_jwk_ec_curve curve = g_str_equal(kind, "P-256")   ? CJOSE_JWK_EC_P_256
                             : g_str_equal(kind, "P-384") ? CJOSE_JWK_EC_P_384
                                                          : CJOSE_JWK_EC_P_521;
  return cjose_jwk_create_EC_random(curve, &problem);
}

OidcSigner *
oidc_signer_new(const char *kind, const char *kid)
{
  OidcSigner *signer = g_new0(OidcSigner, 1);
  signer->jwk = make_key(kind);
  g_assert_nonnull(signer->jwk);
  signer->kid = g_strdup(kid);
  return signer;
}

char *
oidc_signer_public(const OidcSigner *signer, const char *members)
{
  cjose_err problem;
  char *json = cjose_jwk_to_json(signer->jwk, false, &problem);
  g_assert_nonnull(json);
  json[strlen(json) - 1] = '\0';
  char *text = g_strdup_printf("%s%s%s%s%s%s}", json, signer->kid != NULL ? ",\"kid\":\"" : "",
                               signer->kid != NULL ? signer->kid : "", signer->kid != NULL ? "\"" : "",
                               members != NULL ? "," : "", members != NULL ? members : "");
  free(json);
  return text;
}

char *
oidc_signer_set(OidcSigner *const *signers)
{
  GString *set = g_string_new("{\"keys\":[");
  for (guint i = 0; signers[i] != NULL; i++) {
    g_autofree char *key = oidc_signer_public(signers[i], NULL);
    g_string_append_printf(set, "%s%s", i > 0 ? "," : "", key);
  }
  g_string_append(set, "]}");
  return g_string_free(set, FALSE);
}

static char *
sign(const cjose_jwk_t *jwk, const char *algorithm, const char *kid, const char *member, const char *value,
     const char *payload)
{
  cjose_err problem;
  cjose_header_t *header = cjose_header_new(&problem);
  g_assert_true(cjose_header_set(header, CJOSE_HDR_ALG, algorithm, &problem));
  if (kid != NULL)
    g_assert_true(cjose_header_set(header, CJOSE_HDR_KID, kid, &problem));
  if (member != NULL)
    g_assert_true(*value == '[' ? cjose_header_set_raw(header, member, value, &problem)
                                : cjose_header_set(header, member, value, &problem));
  cjose_jws_t *jws = cjose_jws_sign(jwk, header, (const uint8_t *)payload, strlen(payload), &problem);
  g_assert_nonnull(jws);
  const char *text = NULL;
  g_assert_true(cjose_jws_export(jws, &text, &problem));
  char *token = g_strdup(text);
  cjose_jws_release(jws);
  cjose_header_release(header);
  return token;
}

char *
oidc_signer_sign(const OidcSigner *signer, const char *algorithm, const char *payload)
{
  return sign(signer->jwk, algorithm, signer->kid, NULL, NULL, payload);
}

char *
oidc_signer_sign_with(const OidcSigner *signer, const char *member, const char *value, const char *payload)
{
  return sign(signer->jwk, "ES256", signer->kid, member, value, payload);
}

char *
oidc_signer_hmac(const char *secret, const char *kid, const char *payload)
{
  cjose_err problem;
  cjose_jwk_t *jwk = cjose_jwk_create_oct_spec((const uint8_t *)secret, strlen(secret), &problem);
  char *token = sign(jwk, "HS256", kid, NULL, NULL, payload);
  cjose_jwk_release(jwk);
  return token;
}

char *
oidc_signer_compose(const char *header, const char *payload, const char *signature)
{
  g_autofree char *first = secret_to_base64url((const guint8 *)header, strlen(header));
  g_autofree char *second = secret_to_base64url((const guint8 *)payload, strlen(payload));
  return g_strconcat(first, ".", second, ".", signature, NULL);
}

void
oidc_signer_free(OidcSigner *signer)
{
  if (signer == NULL)
    return;
  cjose_jwk_release(signer->jwk);
  g_free(signer->kid);
  g_free(signer);
}
