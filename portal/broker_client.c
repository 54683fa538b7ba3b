/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/broker_client.h"

#include "common/api_client/broker_peer.h"
#include "common/base/error.h"
#include "common/base/json.h"
#include "common/base/secret.h"
#include "common/wire/grant.h"

#include <string.h>

#define ANSWER_MAX_BYTES (64 * 1024)
#define KEYS_MAX         64
#define CALL_LIMIT_MS    10000

struct BrokerClient {
  SoupSession *session;
  BrokerList *brokers;
  char *learned_path; /* where those that a broker told of are kept */
  GHashTable *calls;  /* of Call, each with an asynchronous call under way */
  gboolean is_closing;
};

typedef struct {
  BrokerClient *client;
  const char *method, *path; /* static */
  GBytes *body;              /* nullable */
  char *url;                 /* of the broker that is asked */
  guint tries;
  SoupMessage *message;
  GCancellable *cancellable;
  guint limit_source;
  BrokerGrantReady grant_ready;
  BrokerKeysReady keys_ready;
  gpointer user_data;
} Call;

static void
call_free(gpointer data)
{
  Call *call = data;
  g_clear_handle_id(&call->limit_source, g_source_remove);
  g_clear_object(&call->message);
  g_clear_pointer(&call->body, g_bytes_unref);
  g_free(call->url);
  g_clear_object(&call->cancellable);
  g_free(call);
}

static gboolean
on_call_limit(gpointer data)
{
  Call *call = data;
  call->limit_source = 0;
  g_cancellable_cancel(call->cancellable);
  return G_SOURCE_REMOVE;
}

/* The error that a problem document stands for. */
static GError *
problem_error(JsonObject *answer, guint status)
{
  const char *code = NULL, *detail = NULL;
  if (!json_get_optional_string(answer, "code", 64, &code, NULL) || code == NULL ||
      !json_get_optional_string(answer, "detail", 1024, &detail, NULL) || detail == NULL)
    return g_error_new(CARAWAY_ERROR, CARAWAY_ERROR_UNREACHABLE, "The broker answered with status %u.",
                       status);
  return g_error_new_literal(CARAWAY_ERROR, error_code_from_name(code), detail);
}

/* The object in a good answer, else NULL and the error. */
static JsonObject *
read_answer(SoupMessage *message, GBytes *bytes, GError **error)
{
  gsize size = 0;
  const char *text = g_bytes_get_data(bytes, &size);
  g_autoptr(JsonObject) answer = json_parse_object(text, size, ANSWER_MAX_BYTES, error);
  guint status = soup_message_get_status(message);
  if (answer == NULL || SOUP_STATUS_IS_SUCCESSFUL(status))
    return g_steal_pointer(&answer);
  g_propagate_error(error, problem_error(answer, status));
  return NULL;
}

/* Where else this portal may ask; an older broker does not tell. */
static void
learn_brokers(BrokerClient *client, JsonObject *answer)
{
  if (!json_object_has_member(answer, "brokers"))
    return;
  JsonArray *array = json_get_array(answer, "brokers", BROKER_LIST_MAX, NULL);
  if (array != NULL && broker_list_learn_json(client->brokers, array))
    broker_list_keep(client->brokers, client->learned_path);
}

static void
call_ready(Call *call, JsonObject *answer, GError *error)
{
  g_autoptr(GError) local = error;
  if (call->grant_ready != NULL) {
    const char *grant = answer != NULL ? json_get_string(answer, "grant", GRANT_TEXT_MAX, &local) : NULL;
    call->grant_ready(grant, local, call->user_data);
  } else {
    if (answer != NULL)
      learn_brokers(call->client, answer);
    JsonArray *keys = answer != NULL ? json_get_array(answer, "grant_keys", KEYS_MAX, &local) : NULL;
    call->keys_ready(keys, local, call->user_data);
  }
}

static void call_send(Call *call);

/* TRUE: the next broker is asked. */
static gboolean
go_on(Call *call)
{
  BrokerList *brokers = call->client->brokers;
  broker_list_leave(brokers, call->url);
  if (!broker_peer_may_repeat(call->message) || call->tries >= broker_list_count(brokers) ||
      g_cancellable_is_cancelled(call->cancellable))
    return FALSE;
  call_send(call);
  return TRUE;
}

static void
on_answer(GObject *source, GAsyncResult *result, gpointer data)
{
  Call *call = data;
  GError *error = NULL;
  g_autoptr(GError) local = NULL;
  g_autoptr(JsonObject) answer = NULL;
  g_autoptr(GBytes) bytes = soup_session_send_and_read_finish(SOUP_SESSION(source), result, &local);
  if (bytes == NULL && !call->client->is_closing && go_on(call))
    return;
  if (bytes != NULL)
    broker_list_reached(call->client->brokers);
  if (call->client->is_closing)
    error = g_error_new(CARAWAY_ERROR, CARAWAY_ERROR_OVERLOADED, "This portal is being stopped.");
  else if (bytes == NULL)
    error = g_error_new(CARAWAY_ERROR, CARAWAY_ERROR_UNREACHABLE, "The broker cannot be reached: %s",
                        local->message);
  else
    answer = read_answer(call->message, bytes, &error);
  call_ready(call, answer, error);
  g_hash_table_remove(call->client->calls, call);
}

static Call *
call_new(BrokerClient *client, const char *method, const char *path, gpointer user_data)
{
  Call *call = g_new0(Call, 1);
  call->client = client;
  call->method = method;
  call->path = path;
  call->cancellable = g_cancellable_new();
  call->user_data = user_data;
  call->limit_source = g_timeout_add(CALL_LIMIT_MS, on_call_limit, call);
  g_hash_table_add(client->calls, call);
  return call;
}

static void
call_send(Call *call)
{
  g_free(call->url);
  call->url = g_strdup(broker_list_current(call->client->brokers));
  g_autofree char *uri = g_strconcat(call->url, call->path, NULL);
  g_clear_object(&call->message);
  call->message = soup_message_new(call->method, uri);
  soup_message_add_flags(call->message, SOUP_MESSAGE_NO_REDIRECT);
  if (call->body != NULL)
    soup_message_set_request_body_from_bytes(call->message, "application/json", call->body);
  call->tries++;
  soup_session_send_and_read_async(call->client->session, call->message, G_PRIORITY_DEFAULT,
                                   call->cancellable, on_answer, call);
}

void
broker_client_redeem(BrokerClient *client, const char *password, BrokerGrantReady ready, gpointer user_data)
{
  Call *call = call_new(client, "POST", "/internal/redeem", user_data);
  call->grant_ready = ready;
  g_autoptr(JsonBuilder) builder = json_builder_new();
  json_builder_begin_object(builder);
  json_builder_set_member_name(builder, "password");
  json_builder_add_string_value(builder, password);
  json_builder_end_object(builder);
  char *text = json_builder_text(builder);
  call->body = g_bytes_new_with_free_func(text, strlen(text), (GDestroyNotify)secret_free, text);
  call_send(call);
}

void
broker_client_fetch_keys(BrokerClient *client, BrokerKeysReady ready, gpointer user_data)
{
  Call *call = call_new(client, "GET", "/internal/grant-keys", user_data);
  call->keys_ready = ready;
  call_send(call);
}

SoupSession *
broker_client_session(BrokerClient *client)
{
  return client->session;
}

BrokerList *
broker_client_brokers(BrokerClient *client)
{
  return client->brokers;
}

/* Every request of the session shows who we are and checks who answers, those of the reverse proxy too. */
static void
on_request_queued(SoupSession *session, SoupMessage *message, gpointer credentials)
{
  broker_peer_prepare(message, credentials);
}

BrokerClient *
broker_client_new(BrokerList *brokers, const char *learned_path, const Credentials *credentials,
                  guint max_connections)
{
  BrokerClient *client = g_new0(BrokerClient, 1);
  client->brokers = brokers;
  client->learned_path = g_strdup(learned_path);
  broker_list_recall(brokers, learned_path);
  client->calls = g_hash_table_new_full(NULL, NULL, call_free, NULL);
  /* No limit on silence: an event stream may rest. The callers have limits of their own. No database: then
   * each connection's certificate is put before broker_peer_prepare()'s check. */
  /* No name of its own either: libsoup would put it over that of the client whose request is passed on. */
  client->session =
      soup_session_new_with_options("max-conns", (int)max_connections, "max-conns-per-host",
                                    (int)max_connections, "timeout", 0u, "idle-timeout", 0, NULL);
  soup_session_set_tls_database(client->session, NULL);
  soup_session_set_proxy_resolver(client->session, NULL);
  g_signal_connect(client->session, "request-queued", G_CALLBACK(on_request_queued), (gpointer)credentials);
  soup_session_remove_feature_by_type(client->session, SOUP_TYPE_CONTENT_DECODER);
  soup_session_remove_feature_by_type(client->session, SOUP_TYPE_AUTH_MANAGER);
  return client;
}

void
broker_client_free(BrokerClient *client)
{
  if (client == NULL)
    return;
  client->is_closing = TRUE;
  g_autoptr(GList) list = g_hash_table_get_keys(client->calls);
  for (GList *at = list; at != NULL; at = at->next)
    g_cancellable_cancel(((Call *)at->data)->cancellable);
  while (g_hash_table_size(client->calls) > 0)
    g_main_context_iteration(NULL, TRUE);
  soup_session_abort(client->session);
  g_object_unref(client->session);
  g_hash_table_unref(client->calls);
  broker_list_free(client->brokers);
  g_free(client->learned_path);
  g_free(client);
}
