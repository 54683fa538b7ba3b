/* SPDX-License-Identifier: Apache-2.0 */
/* OpenID Connect Core 1.0, 3.1.3.7, claim by claim; who somebody is by them; what a provider says of itself.
 */
#include "broker/auth/oidc/oidc_claims.h"
#include "broker/auth/oidc/oidc_discovery.h"
#include "broker/auth/oidc/oidc_identity.h"
#include "broker/auth/oidc/oidc_transaction.h"

#include "common/base/error.h"
#include "common/base/json.h"

#include <string.h>

#define NOW_S  1700000000
#define ISSUER "https://id.example.org"
#define GOOD                                                                                                 \
  "\"iss\":\"" ISSUER "\",\"sub\":\"s-1\",\"aud\":\"caraway\",\"exp\":1700000300,\"iat\":1700000000,"        \
  "\"nonce\":\"n-1\""

static JsonObject *
parse(const char *members)
{
  g_autofree char *text = g_strdup_printf("{%s}", members);
  g_autoptr(GError) error = NULL;
  JsonObject *object = json_parse_object(text, strlen(text), 65536, &error);
  g_assert_no_error(error);
  return object;
}

static gboolean
check(const char *members, char **ret_sentence)
{
  const OidcExpectation expected = {ISSUER, "caraway", "n-1", "access", "ES256", NOW_S};
  g_autoptr(JsonObject) claims = parse(members);
  g_autoptr(GError) error = NULL;
  gboolean good = oidc_claims_check(claims, &expected, &error);
  if (!good)
    g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_PROVIDER_WRONG);
  *ret_sentence = g_strdup(error != NULL ? error->message : "");
  return good;
}

/* Each row changes one thing of a good token; `claim` is what the sentence names, NULL: it is taken. */
static void
test_claims_table(void)
{
#define WITH(iss, aud, exp, iat, nonce, more)                                                                \
  "\"iss\":" iss ",\"sub\":\"s\",\"aud\":" aud ",\"exp\":" exp ",\"iat\":" iat ",\"nonce\":" nonce more
#define I "\"" ISSUER "\""
#define C "\"caraway\""
#define N "\"n-1\""
  static const struct {
    const char *members, *claim;
  } CASES[] = {
      {WITH(I, C, "1700000300", "1700000000", N, ""), NULL},
      {WITH(I, "[" C "]", "1700000300", "1700000000", N, ""), NULL},
      {WITH(I, "[\"x\"," C "]", "1700000300", "1700000000", N, ",\"azp\":\"caraway\""), NULL},
      {WITH("\"https://id.example.org/\"", C, "1700000300", "1700000000", N, ""), "(iss)"},
      {WITH("\"https://evil.example\"", C, "1700000300", "1700000000", N, ""), "(iss)"},
      {WITH("7", C, "1700000300", "1700000000", N, ""), "(iss)"},
      {WITH(I, "\"other\"", "1700000300", "1700000000", N, ""), "(aud)"},
      {WITH(I, "\"caraway2\"", "1700000300", "1700000000", N, ""), "(aud)"},
      {WITH(I, "[]", "1700000300", "1700000000", N, ""), "(aud)"},
      {WITH(I, "{\"caraway\":1}", "1700000300", "1700000000", N, ""), "(aud)"},
      {WITH(I, "[\"x\"," C "]", "1700000300", "1700000000", N, ""), "(azp)"},
      {WITH(I, C, "1700000300", "1700000000", N, ",\"azp\":\"other\""), "(azp)"},
      {WITH(I, C, "1699999940", "1699999900", N, ""), "(exp)"},
      {WITH(I, C, "1699999941", "1699999900", N, ""), NULL}, /* within the skew */
      {WITH(I, C, "\"1700000300\"", "1700000000", N, ""), "(exp)"},
      {WITH(I, C, "-1", "1700000000", N, ""), "(exp)"},
      {WITH(I, C, "1700000300.5", "1700000000.5", N, ""), NULL},
      {WITH(I, C, "1700000300", "1700000060", N, ""), NULL},
      {WITH(I, C, "1700000300", "1700000061", N, ""), "(iat)"},
      {WITH(I, C, "1700000300", "1699999339", N, ""), "(iat)"},
      {WITH(I, C, "1700000300", "null", N, ""), "(iat)"},
      {WITH(I, C, "1700000300", "1700000000", N, ",\"nbf\":1700000061"), "(nbf)"},
      {WITH(I, C, "1700000300", "1700000000", "\"n-2\"", ""), "(nonce)"},
      {WITH(I, C, "1700000300", "1700000000", "\"\"", ""), "(nonce)"},
      {WITH(I, C, "1700000300", "1700000000", N, ",\"at_hash\":\"wrong\""), "(at_hash)"},
      {"\"iss\":" I ",\"aud\":" C ",\"exp\":1700000300,\"iat\":1700000000,\"nonce\":" N, "(sub)"},
      {"\"iss\":" I ",\"sub\":\"\",\"aud\":" C ",\"exp\":1700000300,\"iat\":1700000000,\"nonce\":" N,
       "(sub)"},
      {"\"iss\":" I ",\"sub\":\"s\",\"aud\":" C ",\"exp\":1700000300,\"iat\":1700000000", "(nonce)"},
      {"\"iss\":" I ",\"sub\":\"s\",\"aud\":" C ",\"iat\":1700000000,\"nonce\":" N, "(exp)"},
      {"\"iss\":" I ",\"sub\":\"s\",\"exp\":1700000300,\"iat\":1700000000,\"nonce\":" N, "(aud)"},
  };
  for (guint i = 0; i < G_N_ELEMENTS(CASES); i++) {
    g_autofree char *sentence = NULL;
    gboolean good = check(CASES[i].members, &sentence);
    g_test_message("%s: %s", CASES[i].members, sentence);
    g_assert_cmpint(good, ==, CASES[i].claim == NULL);
    g_assert_true(good || strstr(sentence, CASES[i].claim) != NULL);
  }
}

/* The example of OpenID Connect Core 1.0, appendix A.4 (access token and its at_hash). */
static void
test_half_hash(void)
{
  g_autofree char *hash = oidc_claims_half_hash("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y", 256);
  g_assert_cmpstr(hash, ==, "77QmUPtjPfzWtF2AnpK9RQ");
  g_autofree char *own = oidc_claims_half_hash("access", 256);
  g_autofree char *members = g_strdup_printf(GOOD ",\"at_hash\":\"%s\"", own);
  g_autofree char *sentence = NULL;
  g_assert_true(check(members, &sentence));
}

static OidcIdentity *
identify(const char *members, const OidcSettings *settings, const char *more)
{
  g_autoptr(JsonObject) claims = parse(members);
  g_autoptr(JsonObject) others = more != NULL ? parse(more) : NULL;
  return oidc_identity_read(claims, others, settings, NULL);
}

static void
test_identity(void)
{
  OidcSettings settings = {.issuer = (char *)ISSUER,
                           .name_claim = (char *)"preferred_username",
                           .groups_claim = (char *)"groups",
                           .second_factor_values = (char *)"mfa otp"};
  g_autoptr(OidcIdentity) whole =
      identify("\"sub\":\"s-1\",\"preferred_username\":\"Alice\",\"name\":\"Alice Adams\","
               "\"groups\":[\"staff\",\"it\"],\"amr\":[\"pwd\",\"otp\"]",
               &settings, NULL);
  g_assert_cmpstr(whole->external_id, ==, ISSUER " s-1");
  g_assert_cmpstr(whole->user_name, ==, "alice");
  g_assert_cmpstr(whole->full_name, ==, "Alice Adams");
  g_assert_true(g_strv_contains((const char *const *)whole->groups, "it"));
  g_assert_true(whole->has_second_factor);
  g_autoptr(OidcIdentity) least = identify("\"sub\":\"s\",\"preferred_username\":\"bob\",\"amr\":[\"pwd\"]",
                                           &settings, "\"name\":\"Bob\",\"preferred_username\":\"eve\"");
  g_assert_cmpstr(least->user_name, ==, "bob"); /* what was signed comes first */
  g_assert_cmpstr(least->full_name, ==, "Bob");
  g_assert_null(least->groups);
  g_assert_false(least->has_second_factor);
  static const char *const WRONG[] = {
      "\"sub\":\"s\"",
      "\"preferred_username\":\"alice\"",
      "\"sub\":\"s\",\"preferred_username\":\"\"",
      "\"sub\":\"s\",\"preferred_username\":[\"alice\"]",
      "\"sub\":\"s\",\"preferred_username\":\"al\\u0000ice\"",
      "\"sub\":\"s\",\"preferred_username\":\"alice\",\"groups\":{\"a\":1}",
      "\"sub\":\"s\",\"preferred_username\":\"alice\",\"groups\":[\"a\",7]",
      "\"sub\":\"s\",\"preferred_username\":\"alice\",\"_claim_names\":{\"groups\":\"src1\"}",
  };
  for (guint i = 0; i < G_N_ELEMENTS(WRONG); i++) {
    g_autofree char *text = g_strdup_printf("{%s}", WRONG[i]);
    g_autoptr(JsonObject) claims = json_parse_object(text, strlen(text), 4096, NULL);
    g_assert_true(claims == NULL || oidc_identity_read(claims, NULL, &settings, NULL) == NULL);
  }
}

/* Whoever names no value trusts none; only what was signed counts, to the letter. */
static void
test_second_factor_of_the_provider(void)
{
  static const struct {
    const char *values, *claims, *userinfo;
    gboolean counts;
  } CASES[] = {
      {"mfa", "\"amr\":[\"pwd\",\"mfa\"]", NULL, TRUE},
      {"urn:example:two  mfa", "\"acr\":\"urn:example:two\"", NULL, TRUE},
      {NULL, "\"amr\":[\"mfa\"],\"acr\":\"mfa\"", NULL, FALSE},
      {"", "\"amr\":[\"\"],\"acr\":\"\"", NULL, FALSE},
      {"a  b", "\"amr\":[\"\"],\"acr\":\"\"", NULL, FALSE},
      {"mfa", "\"amr\":[\"MFA\",\"mfa2\",\"pwd mfa\",7,null,[\"mfa\"]]", NULL, FALSE},
      {"mfa", "\"amr\":\"mfa\",\"acr\":[\"mfa\"]", NULL, FALSE},
      {"mfa", "\"amr\":[\"pwd\"]", "\"amr\":[\"mfa\"],\"acr\":\"mfa\"", FALSE},
  };
  for (guint i = 0; i < G_N_ELEMENTS(CASES); i++) {
    const OidcSettings settings = {.issuer = (char *)ISSUER,
                                   .name_claim = (char *)"preferred_username",
                                   .second_factor_values = (char *)CASES[i].values};
    g_autofree char *members =
        g_strconcat("\"sub\":\"s\",\"preferred_username\":\"bob\",", CASES[i].claims, NULL);
    g_autoptr(OidcIdentity) identity = identify(members, &settings, CASES[i].userinfo);
    g_assert_cmpint(identity->has_second_factor, ==, CASES[i].counts);
  }
}

/* An address that anybody may have typed in is nobody's name. */
static void
test_email_as_name(void)
{
  const OidcSettings settings = {
      .issuer = (char *)ISSUER, .name_claim = (char *)"email", .name_domain = (char *)"example.org"};
  static const struct {
    const char *members, *name;
  } CASES[] = {
      {"\"sub\":\"s\",\"email\":\"Alice@Example.org\",\"email_verified\":true", "alice"},
      {"\"sub\":\"s\",\"email\":\"alice@example.org\",\"email_verified\":false", NULL},
      {"\"sub\":\"s\",\"email\":\"alice@example.org\",\"email_verified\":\"true\"", NULL},
      {"\"sub\":\"s\",\"email\":\"alice@example.org\"", NULL},
      {"\"sub\":\"s\",\"email\":\"alice@evil.org\",\"email_verified\":true", NULL},
      {"\"sub\":\"s\",\"email\":\"alice@evil.org@sub.example.org\",\"email_verified\":true", NULL},
      {"\"sub\":\"s\",\"email\":\"alice\",\"email_verified\":true", NULL},
  };
  for (guint i = 0; i < G_N_ELEMENTS(CASES); i++) {
    g_autoptr(OidcIdentity) identity = identify(CASES[i].members, &settings, NULL);
    g_assert_cmpstr(identity != NULL ? identity->user_name : NULL, ==, CASES[i].name);
  }
}

/* Everything follows from the browser's secret, and nothing that is shown tells of it. */
static void
test_transaction(void)
{
  g_autoptr(OidcTransaction) one = oidc_transaction_new();
  g_autoptr(OidcTransaction) two = oidc_transaction_new();
  g_autoptr(OidcTransaction) same = oidc_transaction_of(one->secret);
  g_assert_cmpstr(one->state, ==, same->state);
  g_assert_cmpstr(one->verifier, ==, same->verifier);
  g_assert_cmpstr(one->key, ==, same->key);
  const char *texts[] = {one->secret,   one->key,       one->state, one->nonce,
                         one->verifier, one->challenge, two->state};
  for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
    for (guint k = i + 1; k < G_N_ELEMENTS(texts); k++)
      g_assert_cmpstr(texts[i], !=, texts[k]);
  g_assert_cmpuint(strlen(one->verifier), >=, 43); /* RFC 7636, 4.1 */
  g_assert_null(oidc_transaction_of(NULL));
  g_assert_null(oidc_transaction_of(""));
  g_assert_null(oidc_transaction_of("short"));
  g_autofree char *spoilt = g_strdup(one->secret);
  spoilt[3] = ';';
  g_assert_null(oidc_transaction_of(spoilt));
  /* RFC 7636, appendix B */
  g_autofree char *challenge = oidc_transaction_challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
  g_assert_cmpstr(challenge, ==, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

static void
test_address(void)
{
  g_autoptr(OidcTransaction) transaction = oidc_transaction_new();
  const OidcAsking asking = {"https://id.example.org/auth?tenant=a", "cara&way", "openid profile",
                             "https://desk.example.org/api/v1/oidc/corp/callback"};
  g_autofree char *address = oidc_transaction_address(transaction, &asking);
  g_assert_true(g_str_has_prefix(address, "https://id.example.org/auth?tenant=a&response_type=code&"));
  g_assert_nonnull(strstr(address, "&client_id=cara%26way&"));
  g_assert_nonnull(strstr(address, "&code_challenge_method=S256"));
  g_assert_nonnull(strstr(address, transaction->challenge));
  g_assert_null(strstr(address, transaction->verifier));
  g_assert_null(strstr(address, transaction->secret));
}

#define ENDPOINTS                                                                                            \
  "\"authorization_endpoint\":\"" ISSUER "/a\",\"token_endpoint\":\"" ISSUER "/t\",\"jwks_uri\":\"" ISSUER   \
  "/k\""

static void
test_discovery(void)
{
  static const struct {
    const char *text;
    gboolean is_good;
  } CASES[] = {
      {"{\"issuer\":\"" ISSUER "\"," ENDPOINTS "}", TRUE},
      {"{\"issuer\":\"" ISSUER "/\"," ENDPOINTS "}", FALSE},
      {"{\"issuer\":\"https://evil.example\"," ENDPOINTS "}", FALSE},
      {"{" ENDPOINTS "}", FALSE},
      {"{\"issuer\":\"" ISSUER "\"}", FALSE},
      {"{\"issuer\":\"" ISSUER "\"," ENDPOINTS ",\"userinfo_endpoint\":\"http://id.example.org/u\"}", FALSE},
      {"{\"issuer\":\"" ISSUER "\"," ENDPOINTS ",\"userinfo_endpoint\":\"javascript:alert(1)\"}", FALSE},
      {"{\"issuer\":\"" ISSUER "\"," ENDPOINTS ",\"issuer\":\"x\"}", FALSE},
      {"[]", FALSE},
      {"", FALSE},
  };
  for (guint i = 0; i < G_N_ELEMENTS(CASES); i++) {
    g_autoptr(OidcDiscovery) discovery =
        oidc_discovery_parse(CASES[i].text, strlen(CASES[i].text), ISSUER, NULL);
    g_assert_cmpint(discovery != NULL, ==, CASES[i].is_good);
  }
  g_assert_false(oidc_url_is_proper("https://user:pw@id.example.org/"));
  g_assert_false(oidc_url_is_proper("https://id.example.org/#x"));
  g_assert_false(oidc_url_is_proper("https:///x"));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/oidc-claims/table", test_claims_table);
  g_test_add_func("/oidc-claims/half-hash", test_half_hash);
  g_test_add_func("/oidc-claims/identity", test_identity);
  g_test_add_func("/oidc-claims/second-factor", test_second_factor_of_the_provider);
  g_test_add_func("/oidc-claims/email-as-name", test_email_as_name);
  g_test_add_func("/oidc-transaction/derived", test_transaction);
  g_test_add_func("/oidc-transaction/address", test_address);
  g_test_add_func("/oidc-discovery/strict", test_discovery);
  return g_test_run();
}
