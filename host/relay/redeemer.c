/* SPDX-License-Identifier: Apache-2.0 */
#include "host/relay/redeemer.h"

#include "common/api_client/broker_peer.h"
#include "common/base/error.h"
#include "common/base/json.h"
#include "common/base/secret.h"
#include "common/wire/grant.h"

#include <string.h>

#define CALL_LIMIT_S 8
#define CALLS_MAX    64
#define ANSWER_MAX   8192
#define TEXT_MAX     1024
#define REDEEMED_MAX 4096
#define UNUSED_LIMIT_S                                                                                       \
  150 /* a .vv's grant lives for 120 s: until then its main channel has come or never will */

struct Redeemer {
  SoupSession *session;
  const Credentials *credentials;
  BrokerList *brokers;
  GCancellable *cancellable;
  GHashTable *calls;    /* hash of a password -> Call */
  GHashTable *redeemed; /* hash of a password -> Redeemed */
};

typedef struct {
  char *grant;     /* a secret */
  gint64 until_us; /* steady time; then it is forgotten unless it is kept */
  gboolean is_kept;
} Redeemed;

typedef struct {
  RedeemerDone done;
  gpointer user_data;
} Waiter;

/* One request to the broker; the channels of a viewer come together and wait for the same one. */
typedef struct {
  Redeemer *redeemer;
  char *hash;
  char *url; /* of the broker that is asked */
  GBytes *body;
  SoupMessage *message;
  guint tries;
  GArray *waiters;
} Call;

static void
redeemed_free(gpointer data)
{
  Redeemed *redeemed = data;
  secret_free(redeemed->grant);
  g_free(redeemed);
}

static void
call_free(gpointer data)
{
  Call *call = data;
  g_free(call->hash);
  g_free(call->url);
  g_bytes_unref(call->body);
  g_clear_object(&call->message);
  g_array_unref(call->waiters);
  g_free(call);
}

static GError *
problem_error(JsonObject *problem, guint status)
{
  const char *code = NULL, *detail = NULL;
  if (problem != NULL && json_get_optional_string(problem, "code", TEXT_MAX, &code, NULL) && code != NULL &&
      json_get_optional_string(problem, "detail", TEXT_MAX, &detail, NULL) && detail != NULL)
    return g_error_new_literal(CARAWAY_ERROR, error_code_from_name(code), detail);
  return g_error_new(CARAWAY_ERROR, CARAWAY_ERROR_UNREACHABLE, "the broker answered with status %u", status);
}

/* The grant in the broker's answer (transfer full). */
static char *
read_answer(SoupMessage *message, GBytes *bytes, GError **error)
{
  gsize size = 0;
  const char *text = g_bytes_get_data(bytes, &size);
  g_autoptr(JsonObject) answer = json_parse_object(text != NULL ? text : "", size, ANSWER_MAX, NULL);
  guint status = soup_message_get_status(message);
  if (answer == NULL || status != SOUP_STATUS_OK) {
    g_propagate_error(error, problem_error(answer, status));
    return NULL;
  }
  return g_strdup(json_get_string(answer, "grant", GRANT_TEXT_MAX, error));
}

static void
remember(Redeemer *redeemer, const char *hash, const char *grant)
{
  gint64 now_us = g_get_monotonic_time();
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init(&iter, redeemer->redeemed);
  while (g_hash_table_iter_next(&iter, NULL, &value))
    if (!((Redeemed *)value)->is_kept && ((Redeemed *)value)->until_us < now_us)
      g_hash_table_iter_remove(&iter);
  if (g_hash_table_size(redeemer->redeemed) >= REDEEMED_MAX)
    return;
  Redeemed *redeemed = g_new0(Redeemed, 1);
  redeemed->grant = g_strdup(grant);
  redeemed->until_us = now_us + UNUSED_LIMIT_S * G_USEC_PER_SEC;
  g_hash_table_insert(redeemer->redeemed, g_strdup(hash), redeemed);
}

static void send_call(Call *call);

/* TRUE: the next broker is asked. A password is good for one request that arrives, so none is repeated that
 * may have. */
static gboolean
go_on(Call *call)
{
  Redeemer *redeemer = call->redeemer;
  broker_list_leave(redeemer->brokers, call->url);
  if (!broker_peer_may_repeat(call->message) || call->tries >= broker_list_count(redeemer->brokers))
    return FALSE;
  send_call(call);
  return TRUE;
}

static void
on_answer(GObject *session, GAsyncResult *result, gpointer user_data)
{
  Call *call = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(GError) failure = NULL;
  g_autoptr(GBytes) bytes = soup_session_send_and_read_finish(SOUP_SESSION(session), result, &failure);
  gboolean is_cancelled = g_error_matches(failure, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  if (bytes == NULL && !is_cancelled && go_on(call))
    return;
  g_hash_table_steal(call->redeemer->calls, call->hash);
  if (is_cancelled) {
    call_free(call); /* redeemer_free() waits for this */
    return;
  }
  char *grant = bytes != NULL ? read_answer(call->message, bytes, &error) : NULL;
  if (bytes == NULL)
    error = g_error_new(CARAWAY_ERROR, CARAWAY_ERROR_UNREACHABLE, "the broker cannot be reached: %s",
                        failure->message);
  if (grant != NULL)
    remember(call->redeemer, call->hash, grant);
  for (guint i = 0; i < call->waiters->len; i++) {
    const Waiter *waiter = &g_array_index(call->waiters, Waiter, i);
    waiter->done(grant, error, waiter->user_data);
  }
  secret_free(grant);
  call_free(call);
}

static GBytes *
make_body(const char *password)
{
  g_autoptr(JsonBuilder) builder = json_builder_new();
  json_builder_begin_object(builder);
  json_builder_set_member_name(builder, "password");
  json_builder_add_string_value(builder, password);
  json_builder_end_object(builder);
  char *text = json_builder_text(builder);
  return g_bytes_new_with_free_func(text, strlen(text), (GDestroyNotify)secret_free, text);
}

static void
send_call(Call *call)
{
  Redeemer *redeemer = call->redeemer;
  g_free(call->url);
  call->url = g_strdup(broker_list_current(redeemer->brokers));
  g_autofree char *uri = g_strconcat(call->url, "/internal/redeem", NULL);
  g_clear_object(&call->message);
  call->message = soup_message_new("POST", uri);
  soup_message_set_request_body_from_bytes(call->message, "application/json", call->body);
  soup_message_add_flags(call->message, SOUP_MESSAGE_NO_REDIRECT);
  broker_peer_prepare(call->message, redeemer->credentials);
  call->tries++;
  soup_session_send_and_read_async(redeemer->session, call->message, G_PRIORITY_DEFAULT,
                                   redeemer->cancellable, on_answer, call);
}

static Call *
start_call(Redeemer *redeemer, const char *hash, const char *password)
{
  Call *call = g_new0(Call, 1);
  call->redeemer = redeemer;
  call->hash = g_strdup(hash);
  call->body = make_body(password);
  call->waiters = g_array_new(FALSE, FALSE, sizeof(Waiter));
  g_hash_table_insert(redeemer->calls, call->hash, call);
  send_call(call);
  return call;
}

Redeemer *
redeemer_new(BrokerList *brokers, const Credentials *credentials)
{
  Redeemer *redeemer = g_new0(Redeemer, 1);
  redeemer->brokers = brokers;
  redeemer->credentials = credentials;
  redeemer->session = broker_peer_session_new(CALL_LIMIT_S);
  redeemer->cancellable = g_cancellable_new();
  redeemer->calls = g_hash_table_new(g_str_hash, g_str_equal);
  redeemer->redeemed = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, redeemed_free);
  return redeemer;
}

gboolean
redeemer_learn(Redeemer *redeemer, JsonObject *message, GError **error)
{
  JsonArray *urls = json_get_array(message, "brokers", BROKER_LIST_MAX, error);
  if (urls != NULL)
    broker_list_learn_json(redeemer->brokers, urls);
  return urls != NULL;
}

void
redeemer_redeem(Redeemer *redeemer, const char *password, RedeemerDone done, gpointer user_data)
{
  g_autofree char *hash = secret_hash(password);
  const Redeemed *redeemed = g_hash_table_lookup(redeemer->redeemed, hash);
  if (redeemed != NULL) {
    done(redeemed->grant, NULL, user_data);
    return;
  }
  Call *call = g_hash_table_lookup(redeemer->calls, hash);
  if (call == NULL && g_hash_table_size(redeemer->calls) >= CALLS_MAX) {
    g_autoptr(GError) error =
        g_error_new_literal(CARAWAY_ERROR, CARAWAY_ERROR_OVERLOADED,
                            "too many passwords are being checked; try again in a moment");
    done(NULL, error, user_data);
    return;
  }
  if (call == NULL)
    call = start_call(redeemer, hash, password);
  g_array_append_val(call->waiters, ((Waiter){done, user_data}));
}

void
redeemer_keep(Redeemer *redeemer, const char *grant)
{
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init(&iter, redeemer->redeemed);
  while (g_hash_table_iter_next(&iter, NULL, &value))
    if (secret_equal(((Redeemed *)value)->grant, grant))
      ((Redeemed *)value)->is_kept = TRUE;
}

void
redeemer_forget(Redeemer *redeemer, const char *grant)
{
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init(&iter, redeemer->redeemed);
  while (g_hash_table_iter_next(&iter, NULL, &value))
    if (secret_equal(((Redeemed *)value)->grant, grant))
      g_hash_table_iter_remove(&iter);
}

void
redeemer_free(Redeemer *redeemer)
{
  if (redeemer == NULL)
    return;
  g_cancellable_cancel(redeemer->cancellable);
  while (g_hash_table_size(redeemer->calls) > 0)
    g_main_context_iteration(NULL, TRUE);
  g_object_unref(redeemer->cancellable);
  soup_session_abort(redeemer->session);
  g_object_unref(redeemer->session);
  g_hash_table_unref(redeemer->calls);
  g_hash_table_unref(redeemer->redeemed);
  broker_list_free(redeemer->brokers);
  g_free(redeemer);
}
