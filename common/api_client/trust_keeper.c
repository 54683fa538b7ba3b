/* SPDX-License-Identifier: Apache-2.0 */
#include "common/api_client/trust_keeper.h"

#include "common/api_client/broker_peer.h"
#include "common/base/error.h"
#include "common/base/json.h"
#include "common/base/log.h"
#include "common/base/secret.h"

#include <string.h>

#define PATH           "/internal/trust"
#define RENEW_PATH     "/internal/renew"
#define RENEWED_MAX    65536
#define RENEW_GAP_US   (30 * G_USEC_PER_SEC)
#define ANSWER_MAX     (16 * 1024 * 1024)
#define DETAIL_MAX     2048
#define CALL_LIMIT_S   10
#define POKED_AFTER_MS 100 /* several news come at once */

struct TrustKeeper {
  TrustKeeperParts parts;
  SoupSession *session;
  GCancellable *cancellable;
  SoupMessage *message; /* NULL: none is under way */
  SoupMessage *renewal; /* the same of a new certificate */
  char *key;            /* for that certificate, PEM; a secret */
  gint64 tried_us;      /* when a new one was last asked for */
  gboolean was_told_of_renewal;
  char *url; /* of the broker that is asked */
  guint timer, poked;
  gboolean is_asked_again; /* while one is under way */
  char *told;              /* (nullable) why it failed last */
};

static void ask(TrustKeeper *keeper);

/* PEM has line breaks, which json_get_string() refuses. */
static const char *
get_pem(JsonObject *answer, const char *name, GError **error)
{
  JsonNode *node = json_object_get_member(answer, name);
  const char *pem = node != NULL && JSON_NODE_HOLDS_VALUE(node) ? json_node_get_string(node) : NULL;
  if (pem == NULL)
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_PROTOCOL, "the broker's answer has no \"%s\"", name);
  return pem;
}

/* With what the broker says is wrong: that this machine was revoked, say. */
static gboolean
check_status(SoupMessage *message, const char *text, gsize size, GError **error)
{
  guint status = soup_message_get_status(message);
  if (status == SOUP_STATUS_OK)
    return TRUE;
  g_autoptr(JsonObject) problem = json_parse_object(text != NULL ? text : "", size, ANSWER_MAX, NULL);
  const char *detail = problem != NULL ? json_get_string(problem, "detail", DETAIL_MAX, NULL) : NULL;
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_UNREACHABLE, "the broker answered with status %u: %s",
              status, detail != NULL ? detail : "it does not say why");
  return FALSE;
}

static gboolean
take_answer(TrustKeeper *keeper, GBytes *bytes, GError **error)
{
  gsize size = 0;
  const char *text = g_bytes_get_data(bytes, &size);
  gboolean changed = FALSE;
  if (!check_status(keeper->message, text, size, error))
    return FALSE;
  g_autoptr(JsonObject) answer = json_parse_object(text != NULL ? text : "", size, ANSWER_MAX, error);
  const char *list = answer != NULL ? get_pem(answer, "revocations", error) : NULL;
  if (list == NULL || !credentials_take_revocations(keeper->parts.credentials, list, &changed, error))
    return FALSE;
  if (changed)
    log_info("the list of revoked certificates changed");
  return TRUE;
}

static void
on_answer(GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) bytes = soup_session_send_and_read_finish(SOUP_SESSION(source), result, &error);
  if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return; /* the keeper is gone */
  TrustKeeper *keeper = data;
  gboolean done = bytes != NULL && take_answer(keeper, bytes, &error);
  if (bytes == NULL)
    broker_list_leave(keeper->parts.brokers, keeper->url);
  const char *reason = done ? NULL : error->message;
  if (reason != NULL && g_strcmp0(reason, keeper->told) != 0)
    log_warning("the list of revoked certificates could not be fetched, the last one holds: %s", reason);
  g_free(keeper->told);
  keeper->told = g_strdup(reason);
  g_clear_object(&keeper->message);
  if (keeper->is_asked_again)
    ask(keeper);
}

static void
ask(TrustKeeper *keeper)
{
  keeper->is_asked_again = keeper->message != NULL;
  if (keeper->message != NULL)
    return;
  g_free(keeper->url);
  keeper->url = g_strdup(broker_list_current(keeper->parts.brokers));
  g_autofree char *uri = g_strconcat(keeper->url, PATH, NULL);
  keeper->message = soup_message_new("GET", uri);
  if (keeper->message == NULL)
    return;
  broker_peer_prepare(keeper->message, keeper->parts.credentials);
  soup_session_send_and_read_async(keeper->session, keeper->message, G_PRIORITY_DEFAULT, keeper->cancellable,
                                   on_answer, keeper);
}

/* The broker's certificate in the answer to our request. */
static gboolean
take_certificate(TrustKeeper *keeper, GBytes *bytes, GError **error)
{
  gsize size = 0;
  const char *text = g_bytes_get_data(bytes, &size);
  if (!check_status(keeper->renewal, text, size, error))
    return FALSE;
  g_autoptr(JsonObject) answer = json_parse_object(text != NULL ? text : "", size, RENEWED_MAX, error);
  const char *chain = answer != NULL ? get_pem(answer, "certificate", error) : NULL;
  return chain != NULL && credentials_renew(keeper->parts.credentials, chain, keeper->key, error);
}

static void
on_renewed(GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) bytes = soup_session_send_and_read_finish(SOUP_SESSION(source), result, &error);
  if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return; /* the keeper is gone */
  TrustKeeper *keeper = data;
  gboolean done = bytes != NULL && take_certificate(keeper, bytes, &error);
  g_clear_object(&keeper->renewal);
  g_clear_pointer(&keeper->key, secret_free);
  if (!done && !keeper->was_told_of_renewal)
    log_warning("this machine's certificate could not be renewed; trying on: %s", error->message);
  keeper->was_told_of_renewal = !done;
  if (!done)
    return;
  log_info("this machine has a new certificate");
  if (keeper->parts.renewed != NULL)
    keeper->parts.renewed(keeper->parts.user_data);
}

static char *
renewal_body(TrustKeeper *keeper, GError **error)
{
  const Identity *identity = credentials_identity(keeper->parts.credentials);
  g_autofree char *request = credentials_make_request(keeper->key, identity->name, error);
  if (request == NULL)
    return NULL;
  g_autoptr(JsonObject) body = json_object_new();
  json_object_set_string_member(body, "csr", request);
  return json_object_text(body);
}

static void
renew(TrustKeeper *keeper)
{
  g_autoptr(GError) error = NULL;
  keeper->tried_us = g_get_monotonic_time();
  keeper->key = credentials_make_key();
  char *body = renewal_body(keeper, &error);
  g_autofree char *uri = g_strconcat(broker_list_current(keeper->parts.brokers), RENEW_PATH, NULL);
  keeper->renewal = body != NULL ? soup_message_new("POST", uri) : NULL;
  if (keeper->renewal == NULL) {
    log_warning("a new certificate cannot be asked for: %s", error != NULL ? error->message : uri);
    g_clear_pointer(&keeper->key, secret_free);
    g_free(body);
    return;
  }
  g_autoptr(GBytes) bytes = g_bytes_new_take(body, strlen(body));
  soup_message_set_request_body_from_bytes(keeper->renewal, "application/json", bytes);
  broker_peer_prepare(keeper->renewal, keeper->parts.credentials);
  soup_session_send_and_read_async(keeper->session, keeper->renewal, G_PRIORITY_DEFAULT, keeper->cancellable,
                                   on_renewed, keeper);
}

static void
renew_if_due(TrustKeeper *keeper)
{
  gint64 rested_us = g_get_monotonic_time() - keeper->tried_us;
  if (keeper->renewal == NULL && (keeper->tried_us == 0 || rested_us >= RENEW_GAP_US) &&
      credentials_are_due(keeper->parts.credentials))
    renew(keeper);
}

static gboolean
on_timer(gpointer data)
{
  ask(data);
  renew_if_due(data);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_poked(gpointer data)
{
  TrustKeeper *keeper = data;
  keeper->poked = 0;
  ask(keeper);
  renew_if_due(keeper);
  return G_SOURCE_REMOVE;
}

TrustKeeper *
trust_keeper_new(const TrustKeeperParts *parts)
{
  TrustKeeper *keeper = g_new0(TrustKeeper, 1);
  keeper->parts = *parts;
  keeper->session = broker_peer_session_new(CALL_LIMIT_S);
  keeper->cancellable = g_cancellable_new();
  keeper->timer = g_timeout_add_seconds(parts->interval_s, on_timer, keeper);
  trust_keeper_poke(keeper);
  return keeper;
}

void
trust_keeper_poke(TrustKeeper *keeper)
{
  if (keeper->poked == 0)
    keeper->poked = g_timeout_add(POKED_AFTER_MS, on_poked, keeper);
}

void
trust_keeper_free(TrustKeeper *keeper)
{
  if (keeper == NULL)
    return;
  g_clear_handle_id(&keeper->timer, g_source_remove);
  g_clear_handle_id(&keeper->poked, g_source_remove);
  g_cancellable_cancel(keeper->cancellable);
  g_clear_object(&keeper->message);
  g_clear_object(&keeper->renewal);
  secret_free(keeper->key);
  g_object_unref(keeper->cancellable);
  soup_session_abort(keeper->session);
  g_object_unref(keeper->session);
  g_free(keeper->url);
  g_free(keeper->told);
  g_free(keeper);
}
