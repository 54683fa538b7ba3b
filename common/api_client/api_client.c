/* SPDX-License-Identifier: Apache-2.0 */
#include "common/api_client/api_client.h"

#include "common/api_client/api_address.h"
#include "common/api_client/api_error.h"
#include "common/base/error.h"
#include "common/base/json.h"

#include <string.h>

#define API_PREFIX   "/api/v1"
#define DEFAULT_PORT 443
#define CHUNK_BYTES  (64 * 1024)

struct _ApiClient {
  GObject parent;
  char *url;    /* https://host:port */
  char *server; /* host:port, for sentences */
  char *host;
  guint16 port;
  char *token;
  SoupSession *calls;
  SoupSession *streams;
  ApiCertificateDecision decide;
  gpointer decide_data;
  gint64 ahead_us; /* the server's clock of ours, by its last answer */
};

G_DEFINE_TYPE(ApiClient, api_client, G_TYPE_OBJECT)

static void
api_client_finalize(GObject *object)
{
  ApiClient *self = API_CLIENT(object);
  g_free(self->url);
  g_free(self->server);
  g_free(self->host);
  if (self->token != NULL)
    memset(self->token, 0, strlen(self->token));
  g_free(self->token);
  g_clear_object(&self->calls);
  g_clear_object(&self->streams);
  G_OBJECT_CLASS(api_client_parent_class)->finalize(object);
}

static void
api_client_class_init(ApiClientClass *class)
{
  G_OBJECT_CLASS(class)->finalize = api_client_finalize;
}

static SoupSession *
make_session(guint silence_s)
{
  const char *program = g_get_prgname();
  g_autofree char *agent = g_strconcat(program != NULL ? program : "caraway", "/" CARAWAY_VERSION, NULL);
  return soup_session_new_with_options("timeout", silence_s, "idle-timeout", 0, "user-agent", agent, NULL);
}

static void
api_client_init(ApiClient *self)
{
  self->calls = make_session(API_CALL_SILENCE_S);
  self->streams = make_session(API_STREAM_SILENCE_S);
}

ApiClient *
api_client_new(const char *address, GError **error)
{
  g_autoptr(GUri) uri = api_address_parse(address, error);
  if (uri == NULL)
    return NULL;
  ApiClient *self = g_object_new(API_TYPE_CLIENT, NULL);
  int port = g_uri_get_port(uri);
  self->port = port > 0 ? (guint16)port : DEFAULT_PORT;
  self->host = g_strdup(g_uri_get_host(uri));
  gboolean is_ipv6 = strchr(self->host, ':') != NULL;
  self->server = g_strdup_printf(is_ipv6 ? "[%s]:%u" : "%s:%u", self->host, self->port);
  self->url = g_strconcat("https://", self->server, NULL);
  return self;
}

const char *
api_client_get_url(ApiClient *client)
{
  return client->url;
}

const char *
api_client_get_host(ApiClient *client)
{
  return client->host;
}

guint16
api_client_get_port(ApiClient *client)
{
  return client->port;
}

static void
use_database(ApiClient *self, GTlsDatabase *database)
{
  soup_session_abort(self->calls); /* connections that older trust opened are not used again */
  soup_session_abort(self->streams);
  soup_session_set_tls_database(self->calls, database);
  soup_session_set_tls_database(self->streams, database);
}

gboolean
api_client_set_ca_file(ApiClient *client, const char *path, GError **error)
{
  g_autoptr(GTlsDatabase) database = NULL;
  g_autoptr(GError) cause = NULL;
  if (path == NULL) {
    database = g_tls_backend_get_default_database(g_tls_backend_get_default());
  } else {
    g_autofree char *absolute = g_canonicalize_filename(path, NULL);
    database = g_tls_file_database_new(absolute, &cause);
  }
  if (database == NULL) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG,
                "The CA file %s cannot be used: %s. Give a PEM file with the server's CA.", path,
                cause != NULL ? cause->message : "no certificates in it");
    return FALSE;
  }
  use_database(client, database);
  return TRUE;
}

gboolean
api_client_set_pin(ApiClient *client, const char *fingerprint, GError **error)
{
  g_autofree char *canonical = api_trust_normalize_fingerprint(fingerprint);
  if (canonical == NULL) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID,
                "“%s” is not a SHA-256 fingerprint: it must have 64 hexadecimal digits.", fingerprint);
    return FALSE;
  }
  g_autoptr(GTlsDatabase) database = api_trust_pin_database(canonical);
  use_database(client, database);
  return TRUE;
}

void
api_client_set_certificate_decision(ApiClient *client, ApiCertificateDecision decide, gpointer user_data)
{
  client->decide = decide;
  client->decide_data = user_data;
}

void
api_client_set_token(ApiClient *client, const char *token)
{
  g_free(client->token);
  client->token = g_strdup(token);
}

const char *
api_client_get_token(ApiClient *client)
{
  return client->token;
}

static gboolean
on_accept_certificate(SoupMessage *message, GTlsCertificate *certificate, GTlsCertificateFlags errors,
                      gpointer data)
{
  ApiClient *self = data;
  return self->decide != NULL && api_trust_ask(certificate, errors, self->decide, self->decide_data);
}

gint64
api_client_server_time_us(ApiClient *client)
{
  return g_get_real_time() + client->ahead_us;
}

SoupMessage *
api_client_new_message(ApiClient *client, const ApiRequest *request)
{
  g_autofree char *url = g_strconcat(client->url, API_PREFIX, request->path, NULL);
  SoupMessage *message = soup_message_new(request->method, url);
  soup_message_add_flags(message, SOUP_MESSAGE_NO_REDIRECT);
  g_signal_connect_object(message, "accept-certificate", G_CALLBACK(on_accept_certificate), client, 0);
  SoupMessageHeaders *headers = soup_message_get_request_headers(message);
  if (client->token != NULL) {
    g_autofree char *bearer = g_strconcat("Bearer ", client->token, NULL);
    soup_message_headers_replace(headers, "Authorization", bearer);
  }
  if (request->idempotency_key != NULL)
    soup_message_headers_replace(headers, "Idempotency-Key", request->idempotency_key);
  if (request->if_match != NULL)
    soup_message_headers_replace(headers, "If-Match", request->if_match);
  if (request->body != NULL) {
    g_autofree char *text = json_object_text(request->body);
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
    soup_message_set_request_body_from_bytes(message, "application/json", bytes);
  }
  return message;
}

SoupSession *
api_client_get_stream_session(ApiClient *client)
{
  return client->streams;
}

void
api_client_explain(ApiClient *client, SoupMessage *message, const GError *cause, GError **error)
{
  GTlsCertificateFlags problems = 0;
  if (g_error_matches(cause, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE))
    problems = soup_message_get_tls_peer_certificate_errors(message);
  api_error_from_network(client->server, cause, problems, error);
}

void
api_client_refusal(ApiClient *client, SoupMessage *message, const GByteArray *body, GError **error)
{
  const char *text = body->data != NULL ? (const char *)body->data : "";
  api_error_from_problem(client->server, soup_message_get_status(message), text, body->len, error);
}

/* One request on its way: what both ways of waiting share. */
typedef struct {
  SoupMessage *message;
  GInputStream *stream;
  GByteArray *body;
  gboolean is_download;
} Exchange;

static Exchange *
exchange_new(ApiClient *client, const ApiRequest *request)
{
  Exchange *exchange = g_new0(Exchange, 1);
  exchange->message = api_client_new_message(client, request);
  exchange->body = g_byte_array_new();
  exchange->is_download = request->is_download;
  return exchange;
}

static void
exchange_free(Exchange *exchange)
{
  g_clear_object(&exchange->message);
  g_clear_object(&exchange->stream);
  g_clear_pointer(&exchange->body, g_byte_array_unref);
  g_free(exchange);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Exchange, exchange_free)

static gboolean
exchange_append(Exchange *exchange, GBytes *chunk, GError **error)
{
  gsize size = g_bytes_get_size(chunk);
  if (exchange->body->len + size > API_ANSWER_MAX_BYTES) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_TOO_LARGE,
                "The server's answer is larger than %d bytes; nothing of it was used.", API_ANSWER_MAX_BYTES);
    return FALSE;
  }
  g_byte_array_append(exchange->body, g_bytes_get_data(chunk, NULL), size);
  return TRUE;
}

/* RFC 9110, section 6.6.1. */
static void
note_time(ApiClient *client, SoupMessageHeaders *headers)
{
  const char *text = soup_message_headers_get_one(headers, "Date");
  g_autoptr(GDateTime) date = text != NULL ? soup_date_time_new_from_http_string(text) : NULL;
  if (date != NULL)
    client->ahead_us = g_date_time_to_unix(date) * G_USEC_PER_SEC - g_get_real_time();
}

static ApiAnswer *
exchange_answer(ApiClient *client, Exchange *exchange, GError **error)
{
  guint status = soup_message_get_status(exchange->message);
  if (status < 200 || status > 299) {
    api_client_refusal(client, exchange->message, exchange->body, error);
    return NULL;
  }
  SoupMessageHeaders *headers = soup_message_get_response_headers(exchange->message);
  g_autoptr(ApiAnswer) answer = g_new0(ApiAnswer, 1);
  answer->status = status;
  note_time(client, headers);
  answer->etag = g_strdup(soup_message_headers_get_one(headers, "ETag"));
  if (exchange->is_download) {
    answer->bytes = g_byte_array_free_to_bytes(g_steal_pointer(&exchange->body));
  } else if (exchange->body->len > 0) {
    const char *text = (const char *)exchange->body->data;
    answer->object = json_parse_object(text, exchange->body->len, API_ANSWER_MAX_BYTES, error);
    if (answer->object == NULL) {
      g_prefix_error(error, "The answer of %s cannot be read: ", client->server);
      return NULL;
    }
  }
  return g_steal_pointer(&answer);
}

ApiAnswer *
api_client_call(ApiClient *client, const ApiRequest *request, GCancellable *cancellable, GError **error)
{
  g_autoptr(Exchange) exchange = exchange_new(client, request);
  g_autoptr(GError) cause = NULL;
  exchange->stream = soup_session_send(client->calls, exchange->message, cancellable, &cause);
  while (exchange->stream != NULL) {
    g_autoptr(GBytes) chunk = g_input_stream_read_bytes(exchange->stream, CHUNK_BYTES, cancellable, &cause);
    if (chunk == NULL)
      break;
    if (g_bytes_get_size(chunk) == 0)
      return exchange_answer(client, exchange, error);
    if (!exchange_append(exchange, chunk, error))
      return NULL;
  }
  api_client_explain(client, exchange->message, cause, error);
  return NULL;
}

static void
fail_task(GTask *task, const GError *cause)
{
  Exchange *exchange = g_task_get_task_data(task);
  GError *error = NULL;
  api_client_explain(g_task_get_source_object(task), exchange->message, cause, &error);
  g_task_return_error(task, error);
}

static void read_more(GTask *task);

static void
on_chunk(GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr(GTask) task = data;
  Exchange *exchange = g_task_get_task_data(task);
  g_autoptr(GError) cause = NULL;
  g_autoptr(GBytes) chunk = g_input_stream_read_bytes_finish(G_INPUT_STREAM(source), result, &cause);
  if (chunk == NULL) {
    fail_task(task, cause);
    return;
  }
  GError *error = NULL;
  if (g_bytes_get_size(chunk) > 0) {
    if (exchange_append(exchange, chunk, &error))
      read_more(g_steal_pointer(&task));
    else
      g_task_return_error(task, error);
    return;
  }
  ApiAnswer *answer = exchange_answer(g_task_get_source_object(task), exchange, &error);
  if (answer != NULL)
    g_task_return_pointer(task, answer, (GDestroyNotify)api_answer_free);
  else
    g_task_return_error(task, error);
}

static void
read_more(GTask *task)
{
  Exchange *exchange = g_task_get_task_data(task);
  g_input_stream_read_bytes_async(exchange->stream, CHUNK_BYTES, G_PRIORITY_DEFAULT,
                                  g_task_get_cancellable(task), on_chunk, task);
}

static void
on_sent(GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr(GTask) task = data;
  Exchange *exchange = g_task_get_task_data(task);
  g_autoptr(GError) cause = NULL;
  exchange->stream = soup_session_send_finish(SOUP_SESSION(source), result, &cause);
  if (exchange->stream == NULL)
    fail_task(task, cause);
  else
    read_more(g_steal_pointer(&task));
}

void
api_client_call_async(ApiClient *client, const ApiRequest *request, GCancellable *cancellable,
                      GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new(client, cancellable, callback, user_data);
  Exchange *exchange = exchange_new(client, request);
  g_task_set_task_data(task, exchange, (GDestroyNotify)exchange_free);
  soup_session_send_async(client->calls, exchange->message, G_PRIORITY_DEFAULT, cancellable, on_sent, task);
}

ApiAnswer *
api_client_call_finish(ApiClient *client, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail(g_task_is_valid(result, client), NULL);
  return g_task_propagate_pointer(G_TASK(result), error);
}
