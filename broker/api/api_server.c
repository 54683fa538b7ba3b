/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/api/api_server.h"

#include "broker/api/answer_head.h"
#include "broker/api/answer_memory.h"
#include "broker/api/dispatch.h"
#include "broker/api/host_upgrade.h"
#include "broker/api/http/tls_listener.h"
#include "broker/api/machine_check.h"
#include "broker/api/problem.h"
#include "broker/api/request_reader.h"
#include "broker/api/sign_in_token.h"
#include "common/base/error.h"
#include "common/base/log.h"
#include "common/net/tls_context.h"

#include <signal.h>
#include <string.h>

#define DRAIN_CHECK_MS 20
#define JUST_NOW_US    (G_USEC_PER_SEC / 2)

struct ApiServer {
  ApiContext context;
  const Credentials *credentials;
  HostLinkHub *hub;
  SSL_CTX *tls;
  TlsListener *listener;
  Dispatch *dispatch;
  GThread *thread;
  GMainLoop *loop;

  /* of the loop's thread */
  AnswerMemory *memory;
  GHashTable *streams; /* set of HttpConnection that carry events */
  gint64 date_s;       /* when the text was made */
  char *date;
  GSource *drain_source;
  GSourceOnceFunc drained;
  gpointer drained_data;
};

/* A request on its way through a worker. */
typedef struct {
  ApiServer *server;
  HttpConnection *connection;
  gboolean is_head;
  char *key; /* (nullable) what its answer is remembered by, if it still holds */
  guint stamp;
  gint64 asked_us;
} Exchange;

static void
exchange_free(Exchange *exchange)
{
  http_connection_unref(exchange->connection);
  g_free(exchange->key);
  g_free(exchange);
}

static const char *
date_text(ApiServer *server)
{
  gint64 now_s = g_get_real_time() / G_USEC_PER_SEC;
  if (server->date == NULL || server->date_s != now_s) {
    g_autoptr(GDateTime) now = g_date_time_new_from_unix_utc(now_s);
    g_free(server->date);
    server->date = soup_date_time_to_string(now, SOUP_DATE_HTTP);
    server->date_s = now_s;
  }
  return server->date;
}

static char *
head_text(ApiServer *server, HttpConnection *connection, const Answer *answer)
{
  const AnswerHeadFacts facts = {.date = date_text(server),
                                 .is_last = http_connection_is_last(connection) || answer->stream != NULL,
                                 .chunked = http_connection_takes_chunks(connection)};
  return answer_head_text(answer, &facts);
}

static void
write_answer(ApiServer *server, HttpConnection *connection, const Answer *answer)
{
  g_autofree char *head = head_text(server, connection, answer);
  http_connection_answer(connection, head, answer->body, answer->body != NULL ? strlen(answer->body) : 0);
}

static void
refuse(ApiServer *server, HttpConnection *connection, const GError *error, const RequestRefusal *refusal)
{
  g_autoptr(Answer) answer = answer_new();
  problem_set_status(answer, error, refusal->status);
  if (refusal->allow != NULL)
    answer_set_header(answer, "Allow", refusal->allow);
  write_answer(server, connection, answer);
}

static void
on_stream_ended(gpointer stream, gpointer data)
{
  Exchange *exchange = data;
  g_hash_table_remove(exchange->server->streams, exchange->connection);
  exchange_free(exchange);
}

static void
start_stream(Exchange *exchange, Answer *answer)
{
  g_autofree char *head = head_text(exchange->server, exchange->connection, answer);
  g_hash_table_add(exchange->server->streams, exchange->connection);
  session_stream_attach(g_steal_pointer(&answer->stream), exchange->connection, head, on_stream_ended,
                        exchange);
}

static void
on_answer(Answer *taken, gpointer data)
{
  g_autoptr(Answer) answer = taken;
  Exchange *exchange = data;
  gboolean is_open = http_connection_is_open(exchange->connection);
  if (is_open && answer->stream != NULL && !exchange->is_head) {
    start_stream(exchange, answer);
    return;
  }
  if (exchange->key != NULL)
    answer_memory_put(exchange->server->memory, exchange->key, exchange->stamp, exchange->asked_us, answer);
  if (is_open)
    write_answer(exchange->server, exchange->connection, answer);
  exchange_free(exchange);
}

/* The answer that @request would get again (transfer none); else notes what to remember the new one by. The
 * stamp is taken before anything is read: what is written meanwhile moves it. */
static const Answer *
recall(Exchange *exchange, const Request *request)
{
  ApiServer *server = exchange->server;
  g_autofree char *key = answer_memory_key(request);
  if (key == NULL || !services_change_stamp(server->context.services, &exchange->stamp) ||
      !sign_in_token_check_origin(request, NULL))
    return NULL;
  exchange->asked_us = g_get_monotonic_time();
  const Answer *known = answer_memory_find(server->memory, key, exchange->stamp, exchange->asked_us);
  if (known == NULL)
    exchange->key = g_steal_pointer(&key);
  return known;
}

/* In a storm those who keep their connections would come again at once and fill the queue for ever, while
 * others wait as they were told to. A portal speaks for many. */
static gboolean
has_just_been_served(const HttpConnection *connection)
{
  const Identity *peer = http_connection_peer(connection);
  return peer == NULL && http_connection_since_answer_us(connection) < JUST_NOW_US;
}

static void
on_request(HttpConnection *connection, GBytes *body, gpointer data)
{
  ApiServer *server = data;
  Request *request = http_connection_take(connection);
  Exchange *exchange = g_new0(Exchange, 1);
  exchange->server = server;
  exchange->connection = http_connection_ref(connection);
  exchange->is_head = g_str_equal(request->method, "HEAD");
  request->body = body;
  const Answer *known = recall(exchange, request);
  if (known != NULL) {
    write_answer(server, connection, known);
    request_free(request);
    exchange_free(exchange);
    return;
  }
  dispatch_push(server->dispatch, request, has_just_been_served(connection), on_answer, exchange);
}

static gboolean
peer_has_name(gconstpointer connection, const char *host)
{
  return http_connection_peer_has_name(connection, host);
}

/* A stream on its way to the main loop, where the hub lives. */
typedef struct {
  HostLinkHub *hub;
  char *host, *serial;
  GIOStream *stream;
} Upgrade;

static void
upgrade_free(gpointer data)
{
  Upgrade *upgrade = data;
  g_clear_object(&upgrade->stream);
  g_free(upgrade->host);
  g_free(upgrade->serial);
  g_free(upgrade);
}

static gboolean
open_link(gpointer data)
{
  Upgrade *upgrade = data;
  g_autoptr(SoupWebsocketConnection) socket = host_upgrade_open(g_steal_pointer(&upgrade->stream));
  host_link_hub_accept(upgrade->hub, upgrade->host, upgrade->serial, socket);
  return G_SOURCE_REMOVE;
}

static void
on_upgraded(GIOStream *stream, gpointer data)
{
  Upgrade *upgrade = data;
  upgrade->stream = stream;
  if (stream != NULL)
    g_idle_add_full(G_PRIORITY_DEFAULT, open_link, upgrade, upgrade_free);
  else
    upgrade_free(upgrade);
}

static void
upgrade(ApiServer *server, HttpConnection *connection, const HttpHead *head)
{
  g_autoptr(GError) error = NULL;
  const Identity *peer = http_connection_peer(connection);
  RequestRefusal refusal = {0};
  g_autofree char *answer = host_upgrade_accept(head, peer, &refusal.status, &error);
  if (answer == NULL) {
    refuse(server, connection, error, &refusal);
    return;
  }
  Upgrade *state = g_new0(Upgrade, 1);
  state->hub = server->hub;
  state->host = g_strdup(peer->name);
  state->serial = g_strdup(peer->serial);
  http_connection_upgrade(connection, answer, on_upgraded, state);
}

static void
free_request(gpointer request)
{
  request_free(request);
}

static gboolean
on_head(HttpConnection *connection, const HttpHead *head, gsize *ret_body_limit, gpointer data)
{
  ApiServer *server = data;
  const RequestSender sender = {http_connection_peer(connection), http_connection_address(connection),
                                peer_has_name, connection};
  RequestRefusal refusal = {.status = 403};
  g_autoptr(GError) error = NULL;
  if (http_connection_turned_away(connection) != NULL) {
    refuse(server, connection, http_connection_turned_away(connection), &refusal);
    return FALSE;
  }
  g_autoptr(Request) request = request_reader_read(head, &sender, &refusal, &error);
  if (request == NULL) {
    if (refusal.status == 400) /* who sends that may mean something else by what follows */
      http_connection_set_last(connection);
    refuse(server, connection, error, &refusal);
    g_free(refusal.allow);
    return FALSE;
  }
  if ((request->route->flags & ROUTE_WEBSOCKET) != 0) {
    upgrade(server, connection, head);
    return FALSE;
  }
  *ret_body_limit = request->route->body_limit;
  http_connection_keep(connection, g_steal_pointer(&request), free_request);
  return TRUE;
}

static void
on_refuse(HttpConnection *connection, guint status, const char *sentence, gpointer data)
{
  const RequestRefusal refusal = {.status = status};
  CarawayErrorCode code = status == 413 || status == 431 ? CARAWAY_ERROR_TOO_LARGE : CARAWAY_ERROR_INVALID;
  g_autoptr(GError) error = g_error_new_literal(CARAWAY_ERROR, (int)code, sentence);
  refuse(data, connection, error, &refusal);
}

/* A machine whose certificate does not count hears so in an answer: of an end without a word it could only
 * guess why. It is no peer, and no route is looked up for it. */
static gboolean
on_greet(HttpConnection *connection, X509 *certificate, gpointer data)
{
  ApiServer *server = data;
  GError *error = NULL;
  if (certificate == NULL)
    return TRUE;
  Identity *identity = machine_check_peer(server->context.services, server->credentials, certificate, &error);
  if (identity != NULL) {
    http_connection_set_peer(connection, identity, certificate);
    return TRUE;
  }
  log_warning("a client certificate is refused: %s", error->message);
  http_connection_turn_away(connection, error);
  return TRUE;
}

static const HttpConnectionEvents EVENTS = {
    .greet = on_greet, .head = on_head, .request = on_request, .refuse = on_refuse};

static gpointer
run(gpointer data)
{
  ApiServer *server = data;
  g_main_context_push_thread_default(server->context.loop);
  g_main_loop_run(server->loop);
  g_main_context_pop_thread_default(server->context.loop);
  return NULL;
}

/* No session is resumed: GnuTLS's clients bring one from before they had a certificate, as a machine that has
 * just joined has, and would be nobody here. Connections are kept instead. */
static void
forbid_resumption(SSL_CTX *tls)
{
  SSL_CTX_set_options(tls, SSL_OP_NO_TICKET);
  SSL_CTX_set_num_tickets(tls, 0);
  SSL_CTX_set_session_cache_mode(tls, SSL_SESS_CACHE_OFF);
}

static gboolean
open_listener(ApiServer *server, const ApiServerSettings *settings, GError **error)
{
  g_autofree char *certificate = g_build_filename(settings->folder, "identity.pem", NULL);
  g_autofree char *key = g_build_filename(settings->folder, "identity.key", NULL);
  g_autofree char *ca = g_build_filename(settings->folder, "ca.pem", NULL);
  server->tls = tls_context_new_server(certificate, key, ca, error);
  if (server->tls == NULL)
    return FALSE;
  forbid_resumption(server->tls);
  const TlsListenerSettings listening = {.context = server->context.loop,
                                         .tls = server->tls,
                                         .events = &EVENTS,
                                         .user_data = server,
                                         .max_connections = settings->max_connections};
  server->listener = tls_listener_new(settings->host, settings->port, &listening, error);
  return server->listener != NULL;
}

ApiServer *
api_server_new(const ApiServerSettings *settings, GError **error)
{
  g_autoptr(ApiServer) server = g_new0(ApiServer, 1);
  signal(SIGPIPE, SIG_IGN); /* OpenSSL writes to sockets whose peer may have gone */
  server->context = *settings->context;
  server->context.loop = g_main_context_new();
  server->loop = g_main_loop_new(server->context.loop, FALSE);
  server->credentials = settings->credentials;
  server->hub = settings->hub;
  server->streams = g_hash_table_new(NULL, NULL);
  server->memory = answer_memory_new();
  server->dispatch = dispatch_new(&server->context, settings->workers, settings->queue_limit);
  if (!open_listener(server, settings, error))
    return NULL;
  server->thread = g_thread_new("api", run, server);
  return g_steal_pointer(&server);
}

guint16
api_server_port(const ApiServer *server)
{
  return tls_listener_port(server->listener);
}

static void
end_streams(ApiServer *server)
{
  g_autoptr(GList) connections = g_hash_table_get_keys(server->streams);
  for (GList *item = connections; item != NULL; item = item->next)
    http_connection_abort(item->data);
}

static void
post(ApiServer *server, GSourceFunc func)
{
  g_autoptr(GSource) source = g_idle_source_new();
  g_source_set_callback(source, func, server, NULL);
  g_source_attach(source, server->context.loop);
}

static gboolean
review(gpointer data)
{
  ApiServer *server = data;
  tls_listener_review(server->listener, machine_check_counts, server->context.services);
  return G_SOURCE_REMOVE;
}

void
api_server_review(ApiServer *server)
{
  post(server, review);
}

void
api_server_renew(ApiServer *server)
{
  g_autoptr(GError) error = NULL;
  if (!tls_context_reload(server->tls, &error))
    log_warning("this broker's certificate is shown as before: %s", error->message);
}

static gboolean
check_drained(gpointer data)
{
  ApiServer *server = data;
  if (dispatch_busy(server->dispatch) > 0 || tls_listener_is_busy(server->listener))
    return G_SOURCE_CONTINUE;
  g_idle_add_once(server->drained, server->drained_data);
  return G_SOURCE_REMOVE;
}

static gboolean
drain(gpointer data)
{
  ApiServer *server = data;
  tls_listener_drain(server->listener);
  end_streams(server);
  server->drain_source = g_timeout_source_new(DRAIN_CHECK_MS);
  g_source_set_callback(server->drain_source, check_drained, server, NULL);
  g_source_attach(server->drain_source, server->context.loop);
  return G_SOURCE_REMOVE;
}

void
api_server_drain(ApiServer *server, GSourceOnceFunc drained, gpointer user_data)
{
  server->drained = drained;
  server->drained_data = user_data;
  post(server, drain);
}

static gboolean
quit(gpointer data)
{
  g_main_loop_quit(((ApiServer *)data)->loop);
  return G_SOURCE_REMOVE;
}

/* In this thread, which has the loop for itself now: answers that still come find no connection. */
static void
cut(ApiServer *server)
{
  g_main_context_push_thread_default(server->context.loop);
  tls_listener_cut(server->listener);
  while (dispatch_busy(server->dispatch) > 0)
    g_main_context_iteration(server->context.loop, TRUE);
  while (g_main_context_iteration(server->context.loop, FALSE))
    ;
  g_main_context_pop_thread_default(server->context.loop);
}

void
api_server_free(ApiServer *server)
{
  if (server == NULL)
    return;
  if (server->thread != NULL) {
    post(server, quit);
    g_thread_join(server->thread);
    cut(server);
  }
  if (server->drain_source != NULL)
    g_source_destroy(server->drain_source);
  g_clear_pointer(&server->drain_source, g_source_unref);
  dispatch_free(server->dispatch);
  tls_listener_free(server->listener);
  SSL_CTX_free(server->tls);
  g_hash_table_unref(server->streams);
  answer_memory_free(server->memory);
  g_free(server->date);
  g_main_loop_unref(server->loop);
  g_main_context_unref(server->context.loop);
  g_free(server);
}
