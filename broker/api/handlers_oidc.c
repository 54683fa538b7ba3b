/* SPDX-License-Identifier: Apache-2.0 */
/* Signing in by an OpenID provider. The first two are addresses that browsers go to: they answer with where
 * to go next, and a refusal goes to the sign-in page as a stable code, never as a page of JSON. */
#include "broker/api/handlers.h"
#include "broker/api/sign_in_answer.h"
#include "broker/api/sign_in_token.h"
#include "broker/service/people/oidc_sign_in.h"
#include "common/base/error.h"
#include "common/base/json.h"
#include "common/base/log.h"
#include "common/base/secret.h"

#define CODE_MAX       128
#define CHALLENGE_SIZE 43
#define VERIFIER_MAX   128

/* RFC 9110 section 15.4.4: whatever came, the next is a GET. */
static void
send_to(Answer *answer, const char *address)
{
  answer->status = 303;
  answer_set_header(answer, "Location", address);
}

/* Where a native client listens (RFC 8252 section 7.3): its own machine and nothing else. */
static char *
client_address(guint16 port, const char *challenge, const char *name, const char *value)
{
  return g_strdup_printf("http://127.0.0.1:%u/?state=%s&%s=%s", port, challenge, name, value);
}

/* FALSE: there is no such provider, and nobody came here by a page of ours. */
static gboolean
send_refusal(const ApiContext *context, Answer *answer, const OidcSignInOutcome *outcome, GError *problem,
             GError **error)
{
  if (g_error_matches(problem, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND)) {
    g_propagate_error(error, problem);
    return FALSE;
  }
  g_autoptr(GError) refusal = services_refusal(context->services, problem);
  const char *code = error_stable_name(refusal);
  log_write(LOG_LEVEL_WARNING, LOG_FIELDS(.code = code), "a sign-in by a provider failed: %s",
            refusal->message);
  g_autofree char *address =
      outcome->client_port != 0
          ? client_address(outcome->client_port, outcome->client_challenge, "error", code)
          : g_strconcat("/#/sign-in-failed/", code, NULL);
  send_to(answer, address);
  return TRUE;
}

static gboolean
is_challenge(const char *text)
{
  gsize length = 0;
  while (g_ascii_isalnum(text[length]) || text[length] == '-' || text[length] == '_')
    length++;
  return length == CHALLENGE_SIZE && text[length] == '\0';
}

static gboolean
read_asking(const Request *request, OidcSignInAsking *ret_asking, GError **error)
{
  static const char *const NAMES[] = {"client_port", "client_challenge", NULL};
  const char *port = request_query(request, "client_port");
  const char *challenge = request_query(request, "client_challenge");
  guint64 number = 0;
  if (!request_check_query(request, NAMES, error))
    return FALSE;
  if ((port == NULL) != (challenge == NULL) ||
      (port != NULL && (!g_ascii_string_to_unsigned(port, 10, 1024, G_MAXUINT16, &number, NULL) ||
                        !is_challenge(challenge)))) {
    g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID,
                        "A native client gives client_port, 1024 to 65535, and client_challenge, S256 of its "
                        "verifier; a browser neither.");
    return FALSE;
  }
  ret_asking->client_port = (guint16)number;
  ret_asking->client_challenge = challenge;
  return TRUE;
}

gboolean
handle_oidc_begin(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  g_autofree char *origin = g_strconcat("https://", request->public_host, NULL);
  OidcSignInAsking asking = {
      .authenticator = request_parameter(request, 0), .origin = origin, .address = request->address};
  if (!read_asking(request, &asking, error))
    return FALSE;
  GError *problem = NULL;
  char *secret = NULL;
  g_autofree char *address = oidc_sign_in_begin(context->services, &asking, &secret, &problem);
  if (address == NULL) {
    const OidcSignInOutcome outcome = {.client_port = asking.client_port,
                                       .client_challenge = (char *)asking.client_challenge};
    return send_refusal(context, answer, &outcome, problem, error);
  }
  g_autofree char *cookie = sign_in_token_oidc_cookie(secret, OIDC_SIGN_IN_LIFETIME_S);
  secret_free(secret);
  answer_set_header(answer, "Set-Cookie", cookie);
  send_to(answer, address);
  return TRUE;
}

gboolean
handle_oidc_callback(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  const OidcSignInReturn came = {
      .authenticator = request_parameter(request, 0),
      .secret = request->oidc_secret,
      .state = request_query(request, "state"),
      .code = request_query(request, "code"),
      .issuer = request_query(request, "iss"),
      .error = request_query(request, "error"),
      .client = request->client,
      .address = request->address,
  };
  g_auto(OidcSignInOutcome) outcome = {NULL};
  GError *problem = NULL;
  if (!oidc_sign_in_finish(context->services, &came, &outcome, &problem))
    return send_refusal(context, answer, &outcome, problem, error);
  if (outcome.sign_in != NULL) {
    sign_in_answer_set(context, answer, outcome.sign_in, TRUE);
    send_to(answer, "/");
    return TRUE;
  }
  char *address = client_address(outcome.client_port, outcome.client_challenge, "code", outcome.code);
  send_to(answer, address);
  secret_free(address);
  return TRUE;
}

gboolean
handle_oidc_redeem(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  static const char *const MEMBERS[] = {"code", "verifier", NULL};
  g_autoptr(JsonObject) body = request_body(request, MEMBERS, error);
  const char *code = body != NULL ? json_get_string(body, "code", CODE_MAX, error) : NULL;
  const char *verifier = code != NULL ? json_get_string(body, "verifier", VERIFIER_MAX, error) : NULL;
  if (verifier == NULL)
    return FALSE;
  const SignInOrigin origin = {.address = request->address, .client = request->client};
  g_autoptr(SignIn) sign_in = oidc_sign_in_redeem(context->services, code, verifier, &origin, error);
  if (sign_in == NULL)
    return FALSE;
  sign_in_answer_set(context, answer, sign_in, FALSE);
  return TRUE;
}
