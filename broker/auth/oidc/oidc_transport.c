/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/auth/oidc/oidc_transport.h"

#include "broker/auth/oidc/oidc_error.h"
#include "common/base/secret.h"

#include <libsoup/soup.h>
#include <string.h>

#define ANSWER_MAX 262144

typedef struct {
  OidcTransport transport;
  GTlsDatabase *authorities; /* nullable: the system's */
  guint limit_ms;
} HttpsTransport;

/* One exchange, on a main loop of its own: so that every wait in it ends, that for a name or for a byte, when
 * the time as a whole is over. */
typedef struct {
  GMainContext *context;
  GCancellable *cancellable;
  GByteArray *answer;
  GError *error;
  gboolean is_late, is_too_long, is_done;
} Exchange;

static gboolean
on_limit(gpointer data)
{
  Exchange *exchange = data;
  exchange->is_late = TRUE;
  g_cancellable_cancel(exchange->cancellable);
  return G_SOURCE_REMOVE;
}

static void read_more(Exchange *exchange, GInputStream *stream);

static void
on_piece(GObject *source, GAsyncResult *result, gpointer data)
{
  Exchange *exchange = data;
  g_autoptr(GBytes) piece =
      g_input_stream_read_bytes_finish(G_INPUT_STREAM(source), result, &exchange->error);
  gsize size = piece != NULL ? g_bytes_get_size(piece) : 0;
  exchange->is_too_long = exchange->answer->len + size > ANSWER_MAX;
  exchange->is_done = size == 0 || exchange->is_too_long;
  if (exchange->is_done)
    return;
  g_byte_array_append(exchange->answer, g_bytes_get_data(piece, NULL), (guint)size);
  read_more(exchange, G_INPUT_STREAM(source));
}

static void
read_more(Exchange *exchange, GInputStream *stream)
{
  g_input_stream_read_bytes_async(stream, 16384, G_PRIORITY_DEFAULT, exchange->cancellable, on_piece,
                                  exchange);
}

static void
on_answer(GObject *source, GAsyncResult *result, gpointer data)
{
  Exchange *exchange = data;
  g_autoptr(GInputStream) stream = soup_session_send_finish(SOUP_SESSION(source), result, &exchange->error);
  exchange->is_done = stream == NULL;
  if (stream != NULL)
    read_more(exchange, stream);
}

static SoupMessage *
make_message(const OidcRequest *request)
{
  SoupMessage *message = soup_message_new(request->form != NULL ? "POST" : "GET", request->url);
  if (message == NULL)
    return NULL;
  soup_message_add_flags(message, SOUP_MESSAGE_NO_REDIRECT);
  SoupMessageHeaders *headers = soup_message_get_request_headers(message);
  soup_message_headers_replace(headers, "Accept", "application/json");
  if (request->authorization != NULL)
    soup_message_headers_replace(headers, "Authorization", request->authorization);
  if (request->form != NULL) {
    char *form = g_strdup(request->form);
    g_autoptr(GBytes) body =
        g_bytes_new_with_free_func(form, strlen(form), (GDestroyNotify)secret_free, form);
    soup_message_set_request_body_from_bytes(message, "application/x-www-form-urlencoded", body);
  }
  return message;
}

static void
run(Exchange *exchange, HttpsTransport *https, SoupMessage *message)
{
  g_autoptr(SoupSession) session =
      g_object_new(SOUP_TYPE_SESSION, "user-agent", "caraway-broker", "idle-timeout", 0, NULL);
  if (https->authorities != NULL)
    soup_session_set_tls_database(session, https->authorities);
  g_autoptr(GSource) limit = g_timeout_source_new(https->limit_ms);
  g_source_set_callback(limit, on_limit, exchange, NULL);
  g_source_attach(limit, exchange->context);
  soup_session_send_async(session, message, G_PRIORITY_DEFAULT, exchange->cancellable, on_answer, exchange);
  while (!exchange->is_done)
    g_main_context_iteration(exchange->context, TRUE);
  soup_session_abort(session);
  g_source_destroy(limit);
}

static GBytes *
take_answer(Exchange *exchange, const char *url, GError **error)
{
  g_autoptr(GUri) uri = g_uri_parse(url, G_URI_FLAGS_ENCODED, NULL);
  const char *host = uri != NULL ? g_uri_get_host(uri) : "";
  if (exchange->is_too_long)
    oidc_refuse(error, "The answer of %s is longer than %d bytes.", host, ANSWER_MAX);
  else if (exchange->is_late)
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_PROVIDER_AWAY, "%s did not answer in time.", host);
  else if (exchange->error != NULL)
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_PROVIDER_AWAY, "%s cannot be reached: %s", host,
                exchange->error->message);
  else
    return g_byte_array_free_to_bytes(g_steal_pointer(&exchange->answer));
  return NULL;
}

static void
exchange_clear(Exchange *exchange)
{
  while (g_main_context_iteration(exchange->context, FALSE))
    ;
  g_main_context_pop_thread_default(exchange->context);
  g_main_context_unref(exchange->context);
  g_object_unref(exchange->cancellable);
  if (exchange->answer != NULL)
    g_byte_array_unref(exchange->answer);
  g_clear_error(&exchange->error);
}

static GBytes *
send_https(OidcTransport *transport, const OidcRequest *request, guint *ret_status, GError **error)
{
  g_autoptr(SoupMessage) message = make_message(request);
  if (message == NULL || g_strcmp0(g_uri_get_scheme(soup_message_get_uri(message)), "https") != 0) {
    oidc_refuse(error, "The provider gives an address that is not https.");
    return NULL;
  }
  Exchange exchange = {
      .context = g_main_context_new(), .cancellable = g_cancellable_new(), .answer = g_byte_array_new()};
  g_main_context_push_thread_default(exchange.context);
  run(&exchange, (HttpsTransport *)transport, message);
  GBytes *answer = take_answer(&exchange, request->url, error);
  *ret_status = soup_message_get_status(message);
  exchange_clear(&exchange);
  return answer;
}

static void
free_https(OidcTransport *transport)
{
  HttpsTransport *https = (HttpsTransport *)transport;
  g_clear_object(&https->authorities);
  g_free(https);
}

OidcTransport *
oidc_transport_new(const char *ca_file, guint limit_ms, GError **error)
{
  g_autoptr(GError) local = NULL;
  GTlsDatabase *authorities = ca_file != NULL ? g_tls_file_database_new(ca_file, &local) : NULL;
  if (local != NULL) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG, "The file %s cannot be used: %s", ca_file,
                local->message);
    return NULL;
  }
  HttpsTransport *https = g_new0(HttpsTransport, 1);
  *https = (HttpsTransport){{send_https, free_https}, authorities, limit_ms};
  return &https->transport;
}

void
oidc_transport_free(OidcTransport *transport)
{
  if (transport != NULL)
    transport->free(transport);
}
