/* SPDX-License-Identifier: Apache-2.0 */
#include "host/relay/key_finder.h"

#include "common/api_client/broker_peer.h"
#include "common/base/clock.h"
#include "common/base/error.h"
#include "common/base/json.h"
#include "common/base/log.h"

#define PATH         "/internal/grant-keys"
#define CALL_LIMIT_S 8
#define ANSWER_MAX   65536
#define KEYS_MAX     64
#define GAP_US       (2 * G_USEC_PER_SEC)
#define WAITERS_MAX  128 /* a part of what the gate lets wait: sound grants of known keys find room */

struct KeyFinder {
  BrokerList *brokers;
  const Credentials *credentials;
  HostState *state;
  SoupSession *session;
  GCancellable *cancellable;
  SoupMessage *message; /* NULL: none is under way */
  char *url;            /* of the broker that is asked */
  guint tries, gap_timer;
  gint64 asked_us; /* steady time of the last answer; 0: none yet */
  GArray *waiters; /* of Waiter */
};

typedef struct {
  KeyFinderDone done;
  gpointer user_data;
} Waiter;

static void ask(KeyFinder *finder);

/* Those who wait may ask again in their call, so the list is taken away first. */
static void
call_waiters(KeyFinder *finder)
{
  g_autoptr(GArray) waiters = finder->waiters;
  finder->waiters = g_array_new(FALSE, FALSE, sizeof(Waiter));
  for (guint i = 0; i < waiters->len; i++) {
    const Waiter *waiter = &g_array_index(waiters, Waiter, i);
    waiter->done(waiter->user_data);
  }
}

static gboolean
take_answer(KeyFinder *finder, GBytes *bytes, GError **error)
{
  gsize size = 0;
  const char *text = g_bytes_get_data(bytes, &size);
  guint status = soup_message_get_status(finder->message);
  if (status != SOUP_STATUS_OK) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_UNREACHABLE, "the broker answered with status %u",
                status);
    return FALSE;
  }
  g_autoptr(JsonObject) answer = json_parse_object(text != NULL ? text : "", size, ANSWER_MAX, error);
  JsonArray *keys = answer != NULL ? json_get_array(answer, "grant_keys", KEYS_MAX, error) : NULL;
  return keys != NULL && host_state_add_keys(finder->state, keys, error);
}

/* TRUE: the next broker is asked. */
static gboolean
go_on(KeyFinder *finder)
{
  broker_list_leave(finder->brokers, finder->url);
  if (finder->tries >= broker_list_count(finder->brokers))
    return FALSE;
  ask(finder);
  return TRUE;
}

static void
on_answer(GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) bytes = soup_session_send_and_read_finish(SOUP_SESSION(source), result, &error);
  if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return; /* the finder is gone */
  KeyFinder *finder = data;
  if (bytes == NULL && go_on(finder))
    return;
  if (bytes == NULL || !take_answer(finder, bytes, &error))
    log_warning("the key of a grant could not be asked for: %s", error->message);
  g_clear_object(&finder->message);
  finder->asked_us = clock_boottime_us(clock_system());
  call_waiters(finder);
}

static void
ask(KeyFinder *finder)
{
  g_free(finder->url);
  finder->url = g_strdup(broker_list_current(finder->brokers));
  g_autofree char *uri = g_strconcat(finder->url, PATH, NULL);
  g_clear_object(&finder->message);
  finder->message = soup_message_new("GET", uri);
  finder->tries++;
  broker_peer_prepare(finder->message, finder->credentials);
  soup_session_send_and_read_async(finder->session, finder->message, G_PRIORITY_DEFAULT, finder->cancellable,
                                   on_answer, finder);
}

static void
begin(KeyFinder *finder)
{
  finder->tries = 0;
  ask(finder);
}

static gboolean
on_gap_over(gpointer data)
{
  KeyFinder *finder = data;
  finder->gap_timer = 0;
  begin(finder);
  return G_SOURCE_REMOVE;
}

KeyFinder *
key_finder_new(BrokerList *brokers, const Credentials *credentials, HostState *state)
{
  KeyFinder *finder = g_new0(KeyFinder, 1);
  finder->brokers = brokers;
  finder->credentials = credentials;
  finder->state = state;
  finder->session = broker_peer_session_new(CALL_LIMIT_S);
  finder->cancellable = g_cancellable_new();
  finder->waiters = g_array_new(FALSE, FALSE, sizeof(Waiter));
  return finder;
}

gboolean
key_finder_find(KeyFinder *finder, KeyFinderDone done, gpointer user_data)
{
  gint64 age_us = clock_boottime_us(clock_system()) - finder->asked_us;
  if (finder->waiters->len >= WAITERS_MAX)
    return FALSE;
  const Waiter waiter = {done, user_data};
  g_array_append_val(finder->waiters, waiter);
  if (finder->message != NULL || finder->gap_timer != 0)
    return TRUE;
  if (finder->asked_us == 0 || age_us >= GAP_US)
    begin(finder);
  else
    finder->gap_timer = g_timeout_add((guint)((GAP_US - age_us) / 1000) + 1, on_gap_over, finder);
  return TRUE;
}

void
key_finder_free(KeyFinder *finder)
{
  if (finder == NULL)
    return;
  g_clear_handle_id(&finder->gap_timer, g_source_remove);
  g_cancellable_cancel(finder->cancellable);
  g_clear_object(&finder->message);
  g_object_unref(finder->cancellable);
  soup_session_abort(finder->session);
  g_object_unref(finder->session);
  g_array_unref(finder->waiters);
  g_free(finder->url);
  g_free(finder);
}
