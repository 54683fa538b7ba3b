/* SPDX-License-Identifier: Apache-2.0 */
/* An ID token is bytes of another machine. The corpus was signed with the fixed keys below (their private
 * halves are not kept), so that the claims behind the signature are reached, too. */
#include "broker/auth/oidc/oidc_claims.h"
#include "broker/auth/oidc/oidc_identity.h"
#include "broker/auth/oidc/oidc_token.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char KEYS[] =
    "{\"keys\": [{\"kty\": \"RSA\", \"kid\": \"r\", \"n\": \"2z5k5Ka8IOgo_UwtbsPkuO8NRFP1_Eki"
    "ULYjr0iC2bTQIsmQ7iQ4i4QDl5ifmcN_MbFBR7Dw5Sqx4Rq65w9XhWYheJsv5stLTZ8sowu7sYVF_mKgF4iZU1XV"
    "FNAJO1Bh9LX_JvlE9vPtfd0wsPpJKX4XNg3ayCSMD2bMGy3OWWZv6eIrZOinZ4nbyJnuyprNlTcN8el-IhDFBuYi"
    "gMqe9YlgkpR8a59T7kUN2Erm6Rdr4ERxC4FyxxreM4t7jMWRg1vBOmvj2OYmCxSrkH13OFe9bZ1JKAHpVmSB04we"
    "EXTkx2ygvmT5v2OaIrGUwj2cAWVZfkIsmiiRLWRY9u7ChQ\", \"e\": \"AQAB\"}, {\"kty\": \"EC\", \""
    "crv\": \"P-256\", \"kid\": \"e\", \"x\": \"jiyDnjmqoTtnDVZu2Mr93909tfwH4U4GaJXmdQ95cdI\""
    ", \"y\": \"mlz7h2gHUNH1rgbsD3k0o0gWU-KroUooTLTXoqovAjk\"}]}";

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  static OidcKeySet *keys;
  if (keys == NULL)
    keys = oidc_key_set_parse(KEYS, strlen(KEYS), NULL);
  if (keys == NULL)
    g_error("the fuzzing keys do not have their shape");
  g_autofree char *text = g_strndup((const char *)data, size);
  g_autoptr(OidcToken) token = oidc_token_verify(text, keys, NULL);
  if (token == NULL)
    return 0;
  const OidcExpectation expected = {"https://id.example.org", "caraway", "n", "x",
                                    token->algorithm,         1700000000};
  if (oidc_claims_check(token->claims, &expected, NULL))
    g_assert_nonnull(oidc_claims_subject(token->claims));
  const OidcSettings settings = {.issuer = (char *)"https://id.example.org",
                                 .name_claim = (char *)"preferred_username",
                                 .groups_claim = (char *)"groups",
                                 .second_factor_values = (char *)"otp"};
  g_autoptr(OidcIdentity) identity = oidc_identity_read(token->claims, NULL, &settings, NULL);
  return 0;
}
