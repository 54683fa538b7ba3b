/* SPDX-License-Identifier: Apache-2.0 */
/* Faults 18 and 20 with a provider that is a table of answers: rotation, stale keys, wrong and missing
 * answers, mix-up, and codes of another's sign-in. */
#include "broker/auth/oidc/oidc_provider.h"

#include "broker/auth/oidc/oidc_claims.h"
#include "broker/auth/oidc/oidc_discovery.h"
#include "common/base/error.h"
#include "common/base/secret.h"
#include "oidc_signer.h"

#include <string.h>

#define ISSUER   "https://id.example.org"
#define REDIRECT "https://desk.example.org/api/v1/oidc/corp/callback"
#define START_US ((gint64)1700000000 * G_USEC_PER_SEC)
#define MINUTE   (60 * (gint64)G_USEC_PER_SEC)

/* The transport that answers from fields; it keeps what was asked. */
typedef struct {
  OidcTransport transport;
  char *discovery, *keys, *tokens, *userinfo; /* nullable: the provider is away */
  guint token_status;
  guint asked_discovery, asked_keys, asked_tokens, asked_userinfo;
  char *form, *authorization;
} Fake;

typedef struct {
  FakeClock clock;
  Fake *fake;
  OidcProvider *provider;
  OidcSigner *signer;
  OidcTransaction *transaction;
} Fixture;

static GBytes *
answer_with(const char *text, GError **error)
{
  if (text != NULL)
    return g_bytes_new(text, strlen(text));
  g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_PROVIDER_AWAY, "away");
  return NULL;
}

static GBytes *
fake_send(OidcTransport *transport, const OidcRequest *request, guint *ret_status, GError **error)
{
  Fake *fake = (Fake *)transport;
  *ret_status = 200;
  if (g_str_has_suffix(request->url, OIDC_DISCOVERY_PATH)) {
    fake->asked_discovery++;
    return answer_with(fake->discovery, error);
  }
  if (g_str_has_suffix(request->url, "/k")) {
    fake->asked_keys++;
    return answer_with(fake->keys, error);
  }
  g_free(fake->authorization);
  fake->authorization = g_strdup(request->authorization);
  if (g_str_has_suffix(request->url, "/u")) {
    fake->asked_userinfo++;
    return answer_with(fake->userinfo, error);
  }
  fake->asked_tokens++;
  g_free(fake->form);
  fake->form = g_strdup(request->form);
  *ret_status = fake->token_status;
  return answer_with(fake->tokens, error);
}

static void
fake_free(OidcTransport *transport)
{
  Fake *fake = (Fake *)transport;
  g_free(fake->discovery);
  g_free(fake->keys);
  g_free(fake->tokens);
  g_free(fake->userinfo);
  g_free(fake->form);
  g_free(fake->authorization);
  g_free(fake);
}

static void
set(char **field, char *text)
{
  g_free(*field);
  *field = text;
}

static OidcSettings *
make_settings(void)
{
  OidcSettings *settings = g_new0(OidcSettings, 1);
  settings->name = g_strdup("corp");
  settings->issuer = g_strdup(ISSUER);
  settings->client_id = g_strdup("caraway");
  settings->client_secret = g_strdup("s&cret");
  settings->scopes = g_strdup("openid profile");
  settings->name_claim = g_strdup("preferred_username");
  settings->groups_claim = g_strdup("groups");
  return settings;
}

#define ENDPOINTS                                                                                            \
  "\"issuer\":\"" ISSUER "\",\"authorization_endpoint\":\"" ISSUER "/a\",\"token_endpoint\":\"" ISSUER       \
  "/t\",\"jwks_uri\":\"" ISSUER "/k\",\"userinfo_endpoint\":\"" ISSUER "/u\""

/* A token about alice for @nonce by @signer, as the token endpoint gives it. */
static void
give_token(Fixture *fixture, const OidcSigner *signer, const char *nonce, const char *audience)
{
  gint64 now_s = fixture->clock.wall_us / G_USEC_PER_SEC;
  g_autofree char *hash = oidc_claims_half_hash("access", 256);
  g_autofree char *payload = g_strdup_printf(
      "{\"iss\":\"" ISSUER "\",\"sub\":\"s-1\",\"aud\":\"%s\",\"exp\":%" G_GINT64_FORMAT
      ",\"iat\":%" G_GINT64_FORMAT ",\"nonce\":\"%s\",\"at_hash\":\"%s\",\"preferred_username\":\"alice\"}",
      audience, now_s + 300, now_s, nonce, hash);
  g_autofree char *token = oidc_signer_sign(signer, "ES256", payload);
  set(&fixture->fake->tokens,
      g_strdup_printf("{\"token_type\":\"Bearer\",\"access_token\":\"access\",\"id_token\":\"%s\"}", token));
}

static void
set_up(Fixture *fixture, gconstpointer data)
{
  fake_clock_init(&fixture->clock, START_US);
  fixture->fake = g_new0(Fake, 1);
  fixture->fake->transport = (OidcTransport){fake_send, fake_free};
  fixture->fake->token_status = 200;
  fixture->signer = oidc_signer_new("P-256", "first");
  set(&fixture->fake->discovery, g_strdup("{" ENDPOINTS "}"));
  set(&fixture->fake->keys, oidc_signer_set((OidcSigner *[]){fixture->signer, NULL}));
  fixture->transaction = oidc_transaction_new();
  fixture->provider = oidc_provider_new(make_settings(), &fixture->fake->transport, &fixture->clock.clock);
  give_token(fixture, fixture->signer, fixture->transaction->nonce, "caraway");
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
  oidc_provider_free(fixture->provider);
  oidc_signer_free(fixture->signer);
  oidc_transaction_free(fixture->transaction);
}

static OidcIdentity *
finish(Fixture *fixture, const OidcAnswer *answer, GError **error)
{
  return oidc_provider_finish(fixture->provider, answer, fixture->transaction, REDIRECT, error);
}

static void
assert_signs_in(Fixture *fixture)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(OidcIdentity) identity = finish(fixture, &(OidcAnswer){.code = "c"}, &error);
  g_assert_no_error(error);
  g_assert_cmpstr(identity->user_name, ==, "alice");
}

static void
assert_fails(Fixture *fixture, const OidcAnswer *answer, CarawayErrorCode code)
{
  g_autoptr(GError) error = NULL;
  g_assert_null(finish(fixture, answer, &error));
  g_assert_error(error, CARAWAY_ERROR, (int)code);
}

static const OidcAnswer CODE = {.code = "c"};

static void
test_good(Fixture *fixture, gconstpointer data)
{
  g_autofree char *address = oidc_provider_begin(fixture->provider, fixture->transaction, REDIRECT, NULL);
  g_assert_true(g_str_has_prefix(address, ISSUER "/a?"));
  assert_signs_in(fixture);
  g_assert_nonnull(strstr(fixture->fake->form, fixture->transaction->verifier));
  g_assert_nonnull(strstr(fixture->fake->form, "grant_type=authorization_code&code=c&redirect_uri=https%3A"));
  g_assert_null(strstr(fixture->fake->form, "client_secret"));
  g_autofree char *expected = g_base64_encode((const guchar *)"caraway:s%26cret", 16);
  g_assert_cmpstr(fixture->fake->authorization + strlen("Basic "), ==, expected);
  assert_signs_in(fixture);
  g_assert_cmpuint(fixture->fake->asked_discovery, ==, 1); /* known for a while */
  g_assert_cmpuint(fixture->fake->asked_keys, ==, 1);
}

static void
test_secret_in_form(Fixture *fixture, gconstpointer data)
{
  set(&fixture->fake->discovery,
      g_strdup("{" ENDPOINTS ",\"token_endpoint_auth_methods_supported\":[\"client_secret_post\"]}"));
  assert_signs_in(fixture);
  g_assert_null(fixture->fake->authorization);
  g_assert_nonnull(strstr(fixture->fake->form, "client_secret=s%26cret"));
}

/* Rotation: a key that is not known has the set fetched anew, a few times at most. */
static void
test_rotation(Fixture *fixture, gconstpointer data)
{
  assert_signs_in(fixture);
  g_autoptr(OidcSigner) second = oidc_signer_new("P-256", "second");
  give_token(fixture, second, fixture->transaction->nonce, "caraway");
  assert_fails(fixture, &CODE, CARAWAY_ERROR_PROVIDER_WRONG); /* the provider does not show it yet */
  set(&fixture->fake->keys, oidc_signer_set((OidcSigner *[]){second, NULL}));
  assert_signs_in(fixture);
  give_token(fixture, fixture->signer, fixture->transaction->nonce, "caraway");
  for (guint i = 0; i < 20; i++)
    assert_fails(fixture, &CODE, CARAWAY_ERROR_PROVIDER_WRONG); /* withdrawn */
  g_assert_cmpuint(fixture->fake->asked_keys, <=, 1 + 5);
  fake_clock_advance(&fixture->clock, 11 * MINUTE);
  give_token(fixture, second, fixture->transaction->nonce, "caraway");
  assert_signs_in(fixture);
}

/* A set of keys that is too old is not used, also when the provider is away: what was withdrawn signs
 * nothing. */
static void
test_stale_key_set(Fixture *fixture, gconstpointer data)
{
  assert_signs_in(fixture);
  fake_clock_advance(&fixture->clock, 11 * MINUTE);
  give_token(fixture, fixture->signer, fixture->transaction->nonce, "caraway");
  g_autofree char *keys = g_steal_pointer(&fixture->fake->keys);
  assert_fails(fixture, &CODE, CARAWAY_ERROR_PROVIDER_AWAY);
  g_autoptr(OidcSigner) second = oidc_signer_new("P-256", "first"); /* another by the same name */
  fake_clock_advance(&fixture->clock, MINUTE / 10);
  set(&fixture->fake->keys, oidc_signer_set((OidcSigner *[]){second, NULL}));
  assert_fails(fixture, &CODE, CARAWAY_ERROR_PROVIDER_WRONG);
}

/* A code that belongs to another's sign-in brings a token with the other's nonce. */
static void
test_injected_code(Fixture *fixture, gconstpointer data)
{
  g_autoptr(OidcTransaction) other = oidc_transaction_new();
  give_token(fixture, fixture->signer, other->nonce, "caraway");
  assert_fails(fixture, &CODE, CARAWAY_ERROR_PROVIDER_WRONG);
}

static void
test_wrong_audience(Fixture *fixture, gconstpointer data)
{
  give_token(fixture, fixture->signer, fixture->transaction->nonce, "another-client");
  assert_fails(fixture, &CODE, CARAWAY_ERROR_PROVIDER_WRONG);
}

/* RFC 9207: an answer of another provider never has its code sent to this one. */
static void
test_mix_up(Fixture *fixture, gconstpointer data)
{
  assert_fails(fixture, &(OidcAnswer){.code = "c", .issuer = "https://evil.example"},
               CARAWAY_ERROR_PROVIDER_WRONG);
  g_assert_cmpuint(fixture->fake->asked_tokens, ==, 0);
  g_autoptr(OidcIdentity) identity = finish(fixture, &(OidcAnswer){.code = "c", .issuer = ISSUER}, NULL);
  g_assert_nonnull(identity);
}

static void
test_mix_up_when_promised(Fixture *fixture, gconstpointer data)
{
  set(&fixture->fake->discovery,
      g_strdup("{" ENDPOINTS ",\"authorization_response_iss_parameter_supported\":true}"));
  assert_fails(fixture, &CODE, CARAWAY_ERROR_PROVIDER_WRONG);
  g_assert_cmpuint(fixture->fake->asked_tokens, ==, 0);
}

static void
test_refusals(Fixture *fixture, gconstpointer data)
{
  assert_fails(fixture, &(OidcAnswer){.error = "access_denied"}, CARAWAY_ERROR_PROVIDER_DENIED);
  assert_fails(fixture, &(OidcAnswer){.code = ""}, CARAWAY_ERROR_PROVIDER_WRONG);
  assert_fails(fixture, &(OidcAnswer){.code = NULL}, CARAWAY_ERROR_PROVIDER_WRONG);
  g_assert_cmpuint(fixture->fake->asked_tokens, ==, 0);
  fixture->fake->token_status = 400;
  set(&fixture->fake->tokens, g_strdup("{\"error\":\"invalid_grant\"}"));
  assert_fails(fixture, &CODE, CARAWAY_ERROR_SIGN_IN_EXPIRED);
  set(&fixture->fake->tokens, g_strdup("{\"error\":\"invalid_client\"}"));
  assert_fails(fixture, &CODE, CARAWAY_ERROR_PROVIDER_WRONG);
  fixture->fake->token_status = 502;
  assert_fails(fixture, &CODE, CARAWAY_ERROR_PROVIDER_AWAY);
  fixture->fake->token_status = 200;
  static const char *const ANSWERS[] = {"", "{}", "[]", "{\"token_type\":\"Bearer\",\"access_token\":\"a\"}",
                                        "{\"token_type\":\"mac\",\"access_token\":\"a\",\"id_token\":\"b\"}"};
  for (guint i = 0; i < G_N_ELEMENTS(ANSWERS); i++) {
    set(&fixture->fake->tokens, g_strdup(ANSWERS[i]));
    assert_fails(fixture, &CODE, CARAWAY_ERROR_PROVIDER_WRONG);
  }
}

/* A provider that does not answer is not asked again by each who comes in the next seconds. */
static void
test_away(Fixture *fixture, gconstpointer data)
{
  g_autofree char *discovery = g_steal_pointer(&fixture->fake->discovery);
  for (guint i = 0; i < 10; i++) {
    g_autoptr(GError) error = NULL;
    g_assert_null(oidc_provider_begin(fixture->provider, fixture->transaction, REDIRECT, &error));
    g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_PROVIDER_AWAY);
  }
  g_assert_cmpuint(fixture->fake->asked_discovery, ==, 1);
  fixture->fake->discovery = g_steal_pointer(&discovery);
  fake_clock_advance(&fixture->clock, MINUTE / 10);
  assert_signs_in(fixture);
}

static void
test_userinfo(Fixture *fixture, gconstpointer data)
{
  OidcSettings *settings = (OidcSettings *)oidc_provider_settings(fixture->provider);
  settings->asks_userinfo = TRUE;
  set(&fixture->fake->userinfo, g_strdup("{\"sub\":\"s-1\",\"groups\":[\"staff\"],\"name\":\"Alice\"}"));
  g_autoptr(OidcIdentity) identity = finish(fixture, &CODE, NULL);
  g_assert_cmpstr(identity->groups[0], ==, "staff");
  g_assert_cmpstr(fixture->fake->authorization, ==, "Bearer access");
  set(&fixture->fake->userinfo, g_strdup("{\"sub\":\"s-2\",\"groups\":[\"admins\"]}"));
  assert_fails(fixture, &CODE, CARAWAY_ERROR_PROVIDER_WRONG);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(name, function) g_test_add("/oidc-provider/" name, Fixture, NULL, set_up, function, tear_down)
  ADD("good", test_good);
  ADD("secret-in-form", test_secret_in_form);
  ADD("rotation", test_rotation);
  ADD("stale-key-set", test_stale_key_set);
  ADD("injected-code", test_injected_code);
  ADD("wrong-audience", test_wrong_audience);
  ADD("mix-up", test_mix_up);
  ADD("mix-up-when-promised", test_mix_up_when_promised);
  ADD("refusals", test_refusals);
  ADD("away", test_away);
  ADD("userinfo", test_userinfo);
  return g_test_run();
}
