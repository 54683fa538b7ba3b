/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/api_proxy.h"

#include "common/base/log.h"
#include "portal/forward_headers.h"
#include "portal/page_headers.h"
#include "portal/problem.h"

#include <string.h>

#define PIECE_BYTES      (32 * 1024)
#define CONNECT_LIMIT_MS 5000 /* where another broker may answer */

struct ApiProxy {
  SoupSession *session;
  BrokerList *brokers;
  guint max_requests, max_streams, answer_limit_ms;
  gboolean certificate_is_own;
  PortalCounters *counters;
  GHashTable *exchanges; /* of Exchange, owned */
};

/* One request on its way: the client's message, the broker's, and what moves between them. */
typedef struct {
  ApiProxy *proxy;
  SoupServerMessage *client;
  SoupMessage *broker;
  char *url; /* of the broker that is asked */
  guint tries;
  FrontConnection *front; /* lives as long as `client` */
  GCancellable *cancellable;
  GInputStream *body;
  guint limit_source;
  gulong wrote_chunk, finished;
  gboolean is_stream;
  gboolean is_counted;
  gboolean is_sent;     /* the broker may have it */
  gboolean is_answered; /* status and headers stand */
  gboolean is_timed_out;
  gboolean is_waiting; /* an asynchronous call of libsoup or GIO will come back to us */
} Exchange;

static void
exchange_stop_counting(Exchange *exchange)
{
  if (!exchange->is_counted)
    return;
  exchange->is_counted = FALSE;
  if (exchange->is_stream)
    exchange->proxy->counters->streams--;
  else
    exchange->proxy->counters->in_flight--;
}

static void
exchange_free(gpointer data)
{
  Exchange *exchange = data;
  exchange_stop_counting(exchange);
  g_clear_handle_id(&exchange->limit_source, g_source_remove);
  g_clear_signal_handler(&exchange->wrote_chunk, exchange->client);
  g_clear_signal_handler(&exchange->finished, exchange->client);
  front_connection_watch(exchange->front, NULL, NULL);
  g_clear_object(&exchange->body);
  g_clear_object(&exchange->broker);
  g_free(exchange->url);
  g_clear_object(&exchange->client);
  g_clear_object(&exchange->cancellable);
  g_free(exchange);
}

/* Frees @exchange unless a call is under way; then the call's end, which is near, does. */
static void
exchange_end(Exchange *exchange)
{
  g_cancellable_cancel(exchange->cancellable);
  if (!exchange->is_waiting)
    g_hash_table_remove(exchange->proxy->exchanges, exchange);
}

/* libsoup has finished with the client's message, because all was written or because the client went. */
static void
on_client_finished(SoupServerMessage *client, gpointer data)
{
  Exchange *exchange = data;
  g_clear_signal_handler(&exchange->finished, client);
  g_clear_signal_handler(&exchange->wrote_chunk, client);
  exchange_end(exchange);
}

static void
on_client_gone(gpointer data)
{
  Exchange *exchange = data;
  g_cancellable_cancel(
      exchange->cancellable); /* what follows is written into the void: libsoup then finishes */
}

static gboolean
on_limit(gpointer data)
{
  Exchange *exchange = data;
  exchange->limit_source = 0;
  exchange->is_timed_out = TRUE;
  g_cancellable_cancel(exchange->cancellable);
  return G_SOURCE_REMOVE;
}

static void
restart_limit(Exchange *exchange, guint limit_ms)
{
  g_clear_handle_id(&exchange->limit_source, g_source_remove);
  if (limit_ms != 0)
    exchange->limit_source = g_timeout_add(limit_ms, on_limit, exchange);
}

/* The broker failed before it answered. */
static void
answer_failure(Exchange *exchange, const GError *error)
{
  exchange->proxy->counters->proxy_failures++;
  if (exchange->is_timed_out) {
    log_warning("the broker did not answer in time");
    problem_answer(exchange->client, CARAWAY_ERROR_TIMED_OUT,
                   "The broker did not answer in time. Try again in a moment.");
  } else {
    if (!g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
      log_write(LOG_LEVEL_WARNING, LOG_FIELDS(.code = error_code_name(CARAWAY_ERROR_UNREACHABLE)),
                "the broker cannot be reached: %s", error->message);
    problem_answer(exchange->client, CARAWAY_ERROR_UNREACHABLE,
                   "The broker cannot be reached at the moment. Open desktops go on; try again in a minute.");
  }
}

static gboolean send_to_broker(Exchange *exchange);

/* TRUE: the next broker is asked. Nothing that a broker may have taken is repeated, but what only reads. */
static gboolean
go_on(Exchange *exchange)
{
  BrokerList *brokers = exchange->proxy->brokers;
  broker_list_leave(brokers, exchange->url);
  gboolean client_is_gone = g_cancellable_is_cancelled(exchange->cancellable) && !exchange->is_timed_out;
  const char *method = soup_server_message_get_method(exchange->client);
  gboolean only_reads = method == SOUP_METHOD_GET || method == SOUP_METHOD_HEAD;
  if (client_is_gone || (exchange->is_sent && !only_reads) || exchange->tries >= broker_list_count(brokers))
    return FALSE;
  log_info("the broker at %s cannot be reached; the next one is asked", exchange->url);
  return send_to_broker(exchange);
}

static void
finish_client(Exchange *exchange)
{
  soup_message_body_complete(soup_server_message_get_response_body(exchange->client));
  soup_server_message_unpause(exchange->client);
}

static void
on_piece(GObject *source, GAsyncResult *result, gpointer data)
{
  Exchange *exchange = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) piece = g_input_stream_read_bytes_finish(G_INPUT_STREAM(source), result, &error);
  exchange->is_waiting = FALSE;
  if (exchange->finished == 0) {
    exchange_end(exchange);
    return;
  }
  if (piece == NULL) {
    front_connection_abort(exchange->front); /* cut off, so that nobody takes it for complete */
    finish_client(exchange);
    return;
  }
  if (g_bytes_get_size(piece) == 0) {
    exchange_stop_counting(exchange);
    finish_client(exchange);
    return;
  }
  soup_message_body_append_bytes(soup_server_message_get_response_body(exchange->client), piece);
  soup_server_message_unpause(exchange->client);
}

static void
read_piece(Exchange *exchange)
{
  exchange->is_waiting = TRUE;
  g_input_stream_read_bytes_async(exchange->body, PIECE_BYTES, G_PRIORITY_DEFAULT, exchange->cancellable,
                                  on_piece, exchange);
}

/* The last piece is on its way to the client, so the next may be read: never more than one is held. */
static void
on_wrote_chunk(SoupServerMessage *client, gpointer data)
{
  Exchange *exchange = data;
  if (!exchange->is_waiting)
    read_piece(exchange);
}

/* The framing to the client is chosen anew; HTTP/1.0 knows no chunks (RFC 9112 section 6.1). */
static void
set_encoding(Exchange *exchange)
{
  SoupMessageHeaders *from = soup_message_get_response_headers(exchange->broker);
  SoupMessageHeaders *to = soup_server_message_get_response_headers(exchange->client);
  goffset length = soup_message_headers_get_content_length(from);
  if (soup_message_headers_get_encoding(from) == SOUP_ENCODING_CONTENT_LENGTH && length > 0)
    soup_message_headers_set_content_length(to, length);
  else if (soup_server_message_get_http_version(exchange->client) == SOUP_HTTP_1_0)
    soup_message_headers_set_encoding(to, SOUP_ENCODING_EOF);
  else
    soup_message_headers_set_encoding(to, SOUP_ENCODING_CHUNKED);
}

static gboolean
has_body(Exchange *exchange)
{
  guint status = soup_message_get_status(exchange->broker);
  return soup_server_message_get_method(exchange->client) != SOUP_METHOD_HEAD && status != 204 &&
         status != 304;
}

static void
begin_answer(Exchange *exchange)
{
  SoupMessageHeaders *to = soup_server_message_get_response_headers(exchange->client);
  exchange->is_answered = TRUE;
  forward_headers_answer(soup_message_get_response_headers(exchange->broker), to);
  page_headers_apply(to, PAGE_DATA);
  if (soup_message_headers_get_one(to, "Cache-Control") == NULL)
    soup_message_headers_replace(to, "Cache-Control", "no-store");
  soup_server_message_set_status(exchange->client, soup_message_get_status(exchange->broker),
                                 soup_message_get_reason_phrase(exchange->broker));
  if (!has_body(exchange)) {
    exchange_stop_counting(exchange);
    finish_client(exchange);
    return;
  }
  set_encoding(exchange);
  soup_message_body_set_accumulate(soup_server_message_get_response_body(exchange->client), FALSE);
  exchange->wrote_chunk =
      g_signal_connect(exchange->client, "wrote-chunk", G_CALLBACK(on_wrote_chunk), exchange);
  restart_limit(exchange, exchange->is_stream ? 0 : exchange->proxy->answer_limit_ms);
  soup_server_message_unpause(exchange->client); /* headers first: an event stream begins before its events */
  read_piece(exchange);
}

static void
on_answer(GObject *source, GAsyncResult *result, gpointer data)
{
  Exchange *exchange = data;
  g_autoptr(GError) error = NULL;
  exchange->body = soup_session_send_finish(SOUP_SESSION(source), result, &error);
  exchange->is_waiting = FALSE;
  if (exchange->finished == 0) {
    exchange_end(exchange);
    return;
  }
  if (exchange->body == NULL && go_on(exchange))
    return;
  if (exchange->body != NULL) {
    broker_list_reached(exchange->proxy->brokers);
    begin_answer(exchange);
    return;
  }
  answer_failure(exchange, error);
  exchange_stop_counting(exchange);
  soup_server_message_unpause(exchange->client);
}

static SoupMessage *
make_broker_message(const ApiProxy *proxy, SoupServerMessage *client, const char *url, const char *host)
{
  GUri *uri = soup_server_message_get_uri(client);
  const char *query = g_uri_get_query(uri);
  g_autofree char *target =
      g_strconcat(url, g_uri_get_path(uri), query != NULL ? "?" : "", query != NULL ? query : "", NULL);
  SoupMessage *message = soup_message_new(soup_server_message_get_method(client), target);
  if (message == NULL)
    return NULL;
  soup_message_add_flags(message, SOUP_MESSAGE_NO_REDIRECT);
  forward_headers_request(soup_server_message_get_request_headers(client),
                          front_connection_client(front_connection_of(client)), host,
                          proxy->certificate_is_own, soup_message_get_request_headers(message));
  SoupMessageBody *body = soup_server_message_get_request_body(client);
  if (body->length > 0) {
    g_autoptr(GBytes) bytes = soup_message_body_flatten(body);
    const char *type =
        soup_message_headers_get_one(soup_server_message_get_request_headers(client), "Content-Type");
    soup_message_set_request_body_from_bytes(message, type, bytes);
  }
  return message;
}

static gboolean
is_event_stream(const char *path)
{
  return g_str_has_suffix(path, "/events");
}

/* Counts the request, or says that there are too many. */
static gboolean
take_place(ApiProxy *proxy, gboolean is_stream)
{
  guint *count = is_stream ? &proxy->counters->streams : &proxy->counters->in_flight;
  if (*count >= (is_stream ? proxy->max_streams : proxy->max_requests)) {
    proxy->counters->proxy_overloaded++;
    return FALSE;
  }
  (*count)++;
  return TRUE;
}

/* A connection was made: from now on it is the broker's time to answer. */
static void
on_starting(SoupMessage *message, gpointer data)
{
  Exchange *exchange = data;
  exchange->is_sent = TRUE;
  restart_limit(exchange, exchange->proxy->answer_limit_ms);
}

/* FALSE: the request cannot be made. */
static gboolean
send_to_broker(Exchange *exchange)
{
  ApiProxy *proxy = exchange->proxy;
  const char *host = forward_headers_host(soup_server_message_get_request_headers(exchange->client));
  g_free(exchange->url);
  exchange->url = g_strdup(broker_list_current(proxy->brokers));
  SoupMessage *message = make_broker_message(proxy, exchange->client, exchange->url, host);
  if (message == NULL)
    return FALSE;
  g_clear_object(&exchange->broker);
  exchange->broker = message;
  exchange->is_timed_out = FALSE;
  exchange->is_sent = FALSE;
  g_clear_object(&exchange->cancellable);
  exchange->cancellable = g_cancellable_new();
  exchange->is_waiting = TRUE;
  exchange->tries++;
  gboolean has_others = broker_list_count(proxy->brokers) > 1;
  restart_limit(exchange,
                has_others ? MIN(CONNECT_LIMIT_MS, proxy->answer_limit_ms) : proxy->answer_limit_ms);
  g_signal_connect(message, "starting", G_CALLBACK(on_starting), exchange);
  soup_session_send_async(proxy->session, message, G_PRIORITY_DEFAULT, exchange->cancellable, on_answer,
                          exchange);
  return TRUE;
}

static gboolean
send_exchange(ApiProxy *proxy, SoupServerMessage *client, gboolean is_stream)
{
  Exchange *exchange = g_new0(Exchange, 1);
  exchange->proxy = proxy;
  exchange->client = g_object_ref(client);
  exchange->is_stream = is_stream;
  exchange->is_counted = TRUE;
  exchange->front = front_connection_of(client);
  exchange->finished = g_signal_connect(client, "finished", G_CALLBACK(on_client_finished), exchange);
  front_connection_watch(exchange->front, on_client_gone, exchange);
  g_hash_table_add(proxy->exchanges, exchange);
  if (!send_to_broker(exchange)) {
    g_hash_table_remove(proxy->exchanges, exchange);
    return FALSE;
  }
  soup_server_message_pause(client);
  proxy->counters->proxied++;
  return TRUE;
}

void
api_proxy_answer(ApiProxy *proxy, SoupServerMessage *message)
{
  const char *host = forward_headers_host(soup_server_message_get_request_headers(message));
  gboolean is_stream = is_event_stream(g_uri_get_path(soup_server_message_get_uri(message)));
  if (host == NULL) {
    problem_answer(message, CARAWAY_ERROR_INVALID, "The request names no proper host or address.");
    return;
  }
  if (!take_place(proxy, is_stream)) {
    problem_answer(message, CARAWAY_ERROR_OVERLOADED,
                   "Too many people are being served at the moment. Try again in a few seconds.");
    return;
  }
  if (!send_exchange(proxy, message, is_stream))
    problem_answer(message, CARAWAY_ERROR_INVALID, "The request names no proper host or address.");
}

gboolean
api_proxy_is_idle(const ApiProxy *proxy)
{
  return g_hash_table_size(proxy->exchanges) == 0;
}

void
api_proxy_end_streams(ApiProxy *proxy)
{
  g_autoptr(GList) list = g_hash_table_get_keys(proxy->exchanges);
  for (GList *at = list; at != NULL; at = at->next) {
    Exchange *exchange = at->data;
    if (exchange->is_stream)
      front_connection_abort(exchange->front);
  }
}

ApiProxy *
api_proxy_new(SoupSession *session, const ApiProxyConfig *config, PortalCounters *counters)
{
  ApiProxy *proxy = g_new0(ApiProxy, 1);
  proxy->session = g_object_ref(session);
  proxy->brokers = config->brokers;
  proxy->max_requests = config->max_requests;
  proxy->max_streams = config->max_streams;
  proxy->answer_limit_ms = config->answer_limit_ms;
  proxy->certificate_is_own = config->certificate_is_own;
  proxy->counters = counters;
  proxy->exchanges = g_hash_table_new_full(NULL, NULL, exchange_free, NULL);
  return proxy;
}

void
api_proxy_free(ApiProxy *proxy)
{
  if (proxy == NULL)
    return;
  g_autoptr(GList) list = g_hash_table_get_keys(proxy->exchanges);
  for (GList *at = list; at != NULL; at = at->next) {
    Exchange *exchange = at->data;
    g_clear_signal_handler(&exchange->finished, exchange->client);
    exchange_end(exchange);
  }
  while (g_hash_table_size(proxy->exchanges) > 0) /* cancelled calls come back in the next rounds */
    g_main_context_iteration(NULL, TRUE);
  g_hash_table_unref(proxy->exchanges);
  g_object_unref(proxy->session);
  g_free(proxy);
}
