/* SPDX-License-Identifier: Apache-2.0 */
#include "common/api_client/trust_keeper.h"

#include "common/api_client/broker_peer.h"
#include "common/base/error.h"
#include "common/base/json.h"
#include "common/base/log.h"

#define PATH           "/internal/trust"
#define ANSWER_MAX     (16 * 1024 * 1024)
#define CALL_LIMIT_S   10
#define POKED_AFTER_MS 100 /* several news come at once */

struct TrustKeeper {
  Credentials *credentials;
  BrokerList *brokers;
  SoupSession *session;
  GCancellable *cancellable;
  SoupMessage *message; /* NULL: none is under way */
  char *url;            /* of the broker that is asked */
  guint timer, poked;
  gboolean is_asked_again; /* while one is under way */
  gboolean was_told;       /* that it fails */
};

static void ask(TrustKeeper *keeper);

/* PEM has line breaks, which json_get_string() refuses. */
static const char *
get_list(JsonObject *answer, GError **error)
{
  JsonNode *node = json_object_get_member(answer, "revocations");
  const char *pem = node != NULL && JSON_NODE_HOLDS_VALUE(node) ? json_node_get_string(node) : NULL;
  if (pem == NULL)
    g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_PROTOCOL,
                        "the broker's answer has no list of revoked certificates");
  return pem;
}

static gboolean
take_answer(TrustKeeper *keeper, GBytes *bytes, GError **error)
{
  gsize size = 0;
  const char *text = g_bytes_get_data(bytes, &size);
  guint status = soup_message_get_status(keeper->message);
  gboolean changed = FALSE;
  if (status != SOUP_STATUS_OK) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_UNREACHABLE, "the broker answered with status %u",
                status);
    return FALSE;
  }
  g_autoptr(JsonObject) answer = json_parse_object(text != NULL ? text : "", size, ANSWER_MAX, error);
  const char *list = answer != NULL ? get_list(answer, error) : NULL;
  if (list == NULL || !credentials_take_revocations(keeper->credentials, list, &changed, error))
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
    broker_list_leave(keeper->brokers, keeper->url);
  if (!done && !keeper->was_told)
    log_warning("the list of revoked certificates could not be fetched, the last one holds: %s",
                error->message);
  keeper->was_told = !done;
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
  keeper->url = g_strdup(broker_list_current(keeper->brokers));
  g_autofree char *uri = g_strconcat(keeper->url, PATH, NULL);
  keeper->message = soup_message_new("GET", uri);
  if (keeper->message == NULL)
    return;
  broker_peer_prepare(keeper->message, keeper->credentials);
  soup_session_send_and_read_async(keeper->session, keeper->message, G_PRIORITY_DEFAULT, keeper->cancellable,
                                   on_answer, keeper);
}

static gboolean
on_timer(gpointer data)
{
  ask(data);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_poked(gpointer data)
{
  TrustKeeper *keeper = data;
  keeper->poked = 0;
  ask(keeper);
  return G_SOURCE_REMOVE;
}

TrustKeeper *
trust_keeper_new(Credentials *credentials, BrokerList *brokers, guint interval_s)
{
  TrustKeeper *keeper = g_new0(TrustKeeper, 1);
  keeper->credentials = credentials;
  keeper->brokers = brokers;
  keeper->session = broker_peer_session_new(CALL_LIMIT_S);
  keeper->cancellable = g_cancellable_new();
  keeper->timer = g_timeout_add_seconds(interval_s, on_timer, keeper);
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
  g_object_unref(keeper->cancellable);
  soup_session_abort(keeper->session);
  g_object_unref(keeper->session);
  g_free(keeper->url);
  g_free(keeper);
}
