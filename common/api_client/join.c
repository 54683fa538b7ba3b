/* SPDX-License-Identifier: Apache-2.0 */
#include "common/api_client/join.h"

#include "common/base/error.h"
#include "common/base/json.h"
#include "common/base/secret.h"
#include "common/net/credentials.h"
#include "common/net/openssl.h"
#include "common/wire/join_token.h"

#include <libsoup/soup.h>
#include <string.h>

#define TIMEOUT_S  30
#define ANSWER_MAX 262144
#define PEM_MAX    32768
#define CHAIN_MAX  4

/* One exchange with the broker. */
typedef struct {
  const JoinRequest *request;
  JoinTokenParts *token;
  char *key;       /* of this machine, PEM */
  char *relay_key; /* of the relay, PEM; NULL without one */
  gboolean foreign_ca;
} Exchange;

static void
exchange_clear(Exchange *exchange)
{
  join_token_parts_free(exchange->token);
  secret_free(exchange->key);
  secret_free(exchange->relay_key);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Exchange, exchange_clear)

/* The CA is looked for in what the broker sent, and found by the hash that came with the token. */
static gboolean
on_accept_certificate(SoupMessage *message, GTlsCertificate *peer, GTlsCertificateFlags problems,
                      gpointer user_data)
{
  Exchange *exchange = user_data;
  g_autoptr(X509) leaf = openssl_x509_from_certificate(peer, NULL);
  GTlsCertificate *link = g_tls_certificate_get_issuer(peer);
  for (int depth = 0; leaf != NULL && link != NULL && depth < CHAIN_MAX; depth++) {
    g_autoptr(X509) ca = openssl_x509_from_certificate(link, NULL);
    g_autofree char *hash = ca != NULL ? openssl_x509_hash(ca) : NULL;
    if (g_strcmp0(hash, exchange->token->ca_hash) == 0) {
      g_autoptr(Identity) identity = identity_from_x509(leaf, NULL);
      return openssl_x509_verify(leaf, ca, NULL) && identity != NULL && identity->role == IDENTITY_BROKER;
    }
    link = g_tls_certificate_get_issuer(link);
  }
  exchange->foreign_ca = TRUE;
  return FALSE;
}

static void
set_text(JsonObject *body, const char *name, char *value)
{
  json_object_set_string_member(body, name, value);
  g_free(value);
}

static char *
make_body(Exchange *exchange, GError **error)
{
  const JoinRequest *request = exchange->request;
  g_autoptr(JsonObject) body = json_object_new();
  json_object_set_string_member(body, "token", request->token);
  json_object_set_string_member(body, "name", request->name);
  char *csr = credentials_make_request(exchange->key, request->name, error);
  if (csr == NULL)
    return NULL;
  set_text(body, "csr", csr);
  JsonArray *addresses = json_array_new();
  for (const char *const *address = request->addresses; address != NULL && *address != NULL; address++)
    json_array_add_string_element(addresses, *address);
  json_object_set_array_member(body, "addresses", addresses);
  if (exchange->relay_key != NULL) {
    csr = credentials_make_request(exchange->relay_key, request->name, error);
    if (csr == NULL)
      return NULL;
    set_text(body, "relay_csr", csr);
    json_object_set_string_member(body, "relay_address", request->relay_address);
    json_object_set_int_member(body, "relay_port", request->relay_port);
  }
  return json_object_text(body);
}

static gboolean
take_problem(GBytes *answer, guint status, GError **error)
{
  gsize size = 0;
  const char *text = g_bytes_get_data(answer, &size);
  g_autoptr(JsonObject) problem = size > 0 ? json_parse_object(text, size, ANSWER_MAX, NULL) : NULL;
  const char *code = problem != NULL ? json_get_string(problem, "code", 64, NULL) : NULL;
  const char *detail = problem != NULL ? json_get_string(problem, "detail", 4096, NULL) : NULL;
  if (code != NULL && detail != NULL)
    g_set_error_literal(error, CARAWAY_ERROR, (int)error_code_from_name(code), detail);
  else
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_PROTOCOL,
                "What answers at the broker's address is not a Caraway broker (HTTP status %u).", status);
  return FALSE;
}

static GBytes *
read_answer(SoupSession *session, SoupMessage *message, Exchange *exchange, GError **error)
{
  g_autoptr(GError) local = NULL;
  g_autoptr(GInputStream) stream = soup_session_send(session, message, NULL, &local);
  g_autofree char *buffer = g_malloc(ANSWER_MAX);
  gsize size = 0;
  if (stream != NULL && g_input_stream_read_all(stream, buffer, ANSWER_MAX, &size, NULL, &local))
    return g_bytes_new_take(g_steal_pointer(&buffer), size);
  if (exchange->foreign_ca)
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_JOIN_TOKEN,
                "The broker at %s is not the one that made this token: its certificate authority has another "
                "fingerprint. Check the address, or make a new token on this broker.",
                exchange->request->broker_url);
  else
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_UNREACHABLE, "The broker at %s cannot be reached: %s.",
                exchange->request->broker_url, local->message);
  return NULL;
}

static JsonObject *
exchange_run(Exchange *exchange, GError **error)
{
  g_autofree char *url = g_strconcat(exchange->request->broker_url, "/internal/join", NULL);
  g_autoptr(SoupMessage) message = soup_message_new("POST", url);
  if (message == NULL || g_strcmp0(g_uri_get_scheme(soup_message_get_uri(message)), "https") != 0) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID, "%s is not an address like https://broker:8443.",
                exchange->request->broker_url);
    return NULL;
  }
  char *body = make_body(exchange, error);
  if (body == NULL)
    return NULL;
  g_autoptr(GBytes) bytes = g_bytes_new_with_free_func(body, strlen(body), (GDestroyNotify)secret_free, body);
  soup_message_set_request_body_from_bytes(message, "application/json", bytes);
  g_signal_connect(message, "accept-certificate", G_CALLBACK(on_accept_certificate), exchange);
  g_autoptr(SoupSession) session =
      g_object_new(SOUP_TYPE_SESSION, "timeout", TIMEOUT_S, "idle-timeout", 0, NULL);
  soup_session_set_tls_database(session, NULL);
  soup_session_set_proxy_resolver(session, NULL);
  g_autoptr(GBytes) answer = read_answer(session, message, exchange, error);
  if (answer == NULL)
    return NULL;
  if (soup_message_get_status(message) != SOUP_STATUS_OK) {
    take_problem(answer, soup_message_get_status(message), error);
    return NULL;
  }
  return json_parse_object(g_bytes_get_data(answer, NULL), g_bytes_get_size(answer), ANSWER_MAX, error);
}

/* PEM has line breaks, which json_get_string() refuses. */
static const char *
get_pem(JsonObject *answer, const char *name, GError **error)
{
  JsonNode *node = json_object_get_member(answer, name);
  const char *pem = node != NULL && JSON_NODE_HOLDS_VALUE(node) ? json_node_get_string(node) : NULL;
  if (pem != NULL && strlen(pem) <= PEM_MAX)
    return pem;
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_PROTOCOL, "The broker's answer has no usable \"%s\".",
              name);
  return NULL;
}

static char *
make_join_file(JsonObject *answer, const JoinRequest *request, GError **error)
{
  const char *installation = json_get_string(answer, "installation", 36, error);
  JsonArray *keys = installation != NULL ? json_get_array(answer, "grant_keys", 64, error) : NULL;
  if (keys == NULL)
    return NULL;
  g_autoptr(JsonObject) join = json_object_new();
  json_object_set_string_member(join, "installation", installation);
  json_object_set_string_member(join, "name", request->name);
  json_object_set_string_member(join, "broker", request->broker_url);
  json_object_set_array_member(join, "grant_keys", json_array_ref(keys));
  return json_object_text(join);
}

static gboolean
ca_is_expected(const char *pem, const char *hash, GError **error)
{
  g_autoptr(X509) ca = openssl_x509_from_pem(pem, error);
  if (ca == NULL)
    return FALSE;
  g_autofree char *own = openssl_x509_hash(ca);
  if (strcmp(own, hash) == 0)
    return TRUE;
  g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_JOIN_TOKEN,
                      "The broker's certificate authority is not the one that the token names.");
  return FALSE;
}

static gboolean
store(Exchange *exchange, JsonObject *answer, GError **error)
{
  const JoinRequest *request = exchange->request;
  const char *ca = get_pem(answer, "ca", error);
  const char *certificate = ca != NULL ? get_pem(answer, "certificate", error) : NULL;
  if (certificate == NULL || !ca_is_expected(ca, exchange->token->ca_hash, error))
    return FALSE;
  g_autofree char *join = make_join_file(answer, request, error);
  if (join == NULL)
    return FALSE;
  if (exchange->relay_key != NULL) {
    const char *relay_certificate = get_pem(answer, "relay_certificate", error);
    CredentialFiles relay = {ca, relay_certificate, exchange->relay_key, join};
    if (relay_certificate == NULL || !credentials_save(request->relay_folder, &relay, error))
      return FALSE;
  }
  CredentialFiles own = {ca, certificate, exchange->key, join};
  if (!credentials_save(request->folder, &own, error))
    return FALSE;
  g_autoptr(Credentials) check = credentials_load(request->folder, error);
  return check != NULL;
}

gboolean
join_run(const JoinRequest *request, GError **error)
{
  g_auto(Exchange) exchange = {.request = request};
  exchange.token = join_token_parse(request->token);
  if (exchange.token == NULL) {
    g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_JOIN_TOKEN,
                        "This is not a join token. Make one with: carawayctl host join-token.");
    return FALSE;
  }
  if (!identity_name_is_valid(request->name)) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID,
                "\"%s\" cannot name a machine: use up to 63 of a-z, 0-9, '-' and '.'.", request->name);
    return FALSE;
  }
  exchange.key = credentials_make_key();
  if (request->relay_folder != NULL)
    exchange.relay_key = credentials_make_key();
  g_autoptr(JsonObject) answer = exchange_run(&exchange, error);
  return answer != NULL && store(&exchange, answer, error);
}
