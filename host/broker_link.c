/* SPDX-License-Identifier: Apache-2.0 */
#include "host/broker_link.h"

#include "common/api_client/broker_peer.h"
#include "common/base/error.h"
#include "common/base/json.h"
#include "common/base/log.h"

#define PATH             "/internal/hostlink"
#define FIRST_PAUSE_MS   500
#define LONGEST_PAUSE_MS 15000
#define DIAL_TIMEOUT_S   15
#define SHORT_TIMEOUT_S  5 /* where another broker may answer */
#define CLOSE_RETRY      4503
#define FIRST_PERIOD_MS  5000
#define MISSED_BEATS     3
#define CLOSE_GOING_AWAY 1001
#define MAX_TYPE         64

struct BrokerLink {
  const Credentials *credentials;
  BrokerList *brokers;
  char *url; /* (nullable) of the dialling or the connection that is on its way */
  const BrokerLinkListener *listener;
  gpointer user_data;
  SoupSession *session;
  SoupWebsocketConnection *socket; /* NULL while not open */
  GCancellable *cancellable;
  guint dial_source, beat_source;
  guint pause_ms;
  guint unanswered_beats;
  gboolean was_told; /* that the broker is not there: once, not at every try */
};

static void dial_later(BrokerLink *link);

static void
stop_beating(BrokerLink *link)
{
  if (link->beat_source != 0)
    g_source_remove(link->beat_source);
  link->beat_source = 0;
}

/* Lets go of the socket, however it ended. */
static void
drop_socket(BrokerLink *link)
{
  stop_beating(link);
  if (link->socket == NULL)
    return;
  g_signal_handlers_disconnect_by_data(link->socket, link);
  if (soup_websocket_connection_get_state(link->socket) == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_close(link->socket, CLOSE_GOING_AWAY, NULL);
  g_clear_object(&link->socket);
}

/* Goes on with the next broker; one that asked to be dialled again is. */
static void
end_link(BrokerLink *link, const char *why, gboolean broker_is_away)
{
  log_warning("the link to the broker at %s ended: %s; dialling again", link->url, why);
  if (broker_is_away)
    broker_list_leave(link->brokers, link->url);
  drop_socket(link);
  dial_later(link);
  link->listener->closed(link->user_data);
}

static gboolean
on_beat(gpointer data)
{
  BrokerLink *link = data;
  if (link->unanswered_beats >= MISSED_BEATS) {
    link->beat_source = 0;
    end_link(link, "the broker is silent", TRUE);
    return G_SOURCE_REMOVE;
  }
  link->unanswered_beats++;
  link->listener->beat(link->user_data);
  return G_SOURCE_CONTINUE;
}

static void
start_beating(BrokerLink *link, gint64 period_ms)
{
  stop_beating(link);
  link->beat_source = g_timeout_add((guint)period_ms, on_beat, link);
}

void
broker_link_set_heartbeat(BrokerLink *link, gint64 period_ms)
{
  start_beating(link, period_ms);
  broker_list_reached(link->brokers);
  link->pause_ms = 0; /* not before: a broker that takes links only to end them is not to be hammered */
}

/* A command that this host does not understand is answered: a broker that is newer would wait for ever. */
static void
refuse_command(BrokerLink *link, const char *text, gsize size, const GError *error)
{
  g_autoptr(JsonObject) object = json_parse_object(text, size, HOST_MESSAGE_MAX_SIZE, NULL);
  const char *type = object != NULL ? json_get_string(object, "type", MAX_TYPE, NULL) : NULL;
  gint64 id = 0;
  if (g_strcmp0(type, "command") != 0 || !json_get_int(object, "id", 0, G_MAXINT64, &id, NULL))
    return;
  const HostMessage answer = {.type = HOST_MESSAGE_RESULT,
                              .result = {id, FALSE, error_stable_name(error), error->message}};
  broker_link_send(link, &answer);
}

static void
on_message(SoupWebsocketConnection *socket, gint type, GBytes *bytes, gpointer user_data)
{
  BrokerLink *link = user_data;
  gsize size = 0;
  const char *text = g_bytes_get_data(bytes, &size);
  g_autoptr(GError) error = NULL;
  link->unanswered_beats = 0;
  g_autoptr(HostMessage) message = size > 0 ? host_message_parse(text, size, &error) : NULL;
  if (message != NULL) {
    link->listener->message(message, link->user_data);
    return;
  }
  log_warning("the broker said something that this host does not take: %s",
              error != NULL ? error->message : "an empty message");
  if (error != NULL)
    refuse_command(link, text, size, error);
}

static void
on_closed(SoupWebsocketConnection *socket, gpointer user_data)
{
  end_link(user_data, "it was closed", soup_websocket_connection_get_close_code(socket) != CLOSE_RETRY);
}

static void
take_socket(BrokerLink *link, SoupWebsocketConnection *socket)
{
  link->socket = socket;
  link->was_told = FALSE;
  link->unanswered_beats = 0;
  soup_websocket_connection_set_max_incoming_payload_size(socket, HOST_MESSAGE_MAX_SIZE);
  g_signal_connect(socket, "message", G_CALLBACK(on_message), link);
  g_signal_connect(socket, "closed", G_CALLBACK(on_closed), link);
  start_beating(link, FIRST_PERIOD_MS);
  log_info("linked with the broker at %s", link->url);
  link->listener->opened(link->user_data);
}

static void
on_dialled(GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr(GError) error = NULL;
  SoupWebsocketConnection *socket =
      soup_session_websocket_connect_finish(SOUP_SESSION(source), result, &error);
  if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return; /* the link is gone */
  BrokerLink *link = data;
  if (socket != NULL) {
    take_socket(link, socket);
    return;
  }
  if (!link->was_told)
    log_warning("the broker at %s does not take the link: %s; trying on", link->url, error->message);
  /* Once for each broker that is known, not at every try. */
  link->was_told = broker_list_leave(link->brokers, link->url) || link->was_told;
  dial_later(link);
}

static gboolean
on_dial(gpointer data)
{
  BrokerLink *link = data;
  link->dial_source = 0;
  g_free(link->url);
  link->url = g_strdup(broker_list_current(link->brokers));
  g_object_set(link->session, "timeout",
               broker_list_count(link->brokers) > 1 ? SHORT_TIMEOUT_S : DIAL_TIMEOUT_S, NULL);
  g_autofree char *uri = g_strconcat(link->url, PATH, NULL);
  g_autoptr(SoupMessage) message = soup_message_new("GET", uri);
  if (message == NULL) {
    log_error("host.broker is not a URL: %s", link->url);
    return G_SOURCE_REMOVE;
  }
  char *protocols[] = {(char *)HOST_MESSAGE_SUBPROTOCOL, NULL};
  broker_peer_prepare(message, link->credentials);
  soup_session_websocket_connect_async(link->session, message, NULL, protocols, G_PRIORITY_DEFAULT,
                                       link->cancellable, on_dialled, link);
  return G_SOURCE_REMOVE;
}

/* Pauses grow twofold up to the longest, each with up to a quarter of chance, so that many hosts do not come
 * at once when a broker comes back. */
static void
dial_later(BrokerLink *link)
{
  if (link->dial_source != 0)
    return;
  link->pause_ms = link->pause_ms == 0 ? FIRST_PAUSE_MS : MIN(2 * link->pause_ms, LONGEST_PAUSE_MS);
  guint jitter_ms = (guint)g_random_int_range(0, (gint32)(link->pause_ms / 4));
  link->dial_source = g_timeout_add(link->pause_ms + jitter_ms, on_dial, link);
}

BrokerLink *
broker_link_new(const Credentials *credentials, BrokerList *brokers, const BrokerLinkListener *listener,
                gpointer user_data)
{
  BrokerLink *link = g_new0(BrokerLink, 1);
  link->credentials = credentials;
  link->brokers = brokers;
  link->listener = listener;
  link->user_data = user_data;
  link->session = broker_peer_session_new(DIAL_TIMEOUT_S);
  link->cancellable = g_cancellable_new();
  link->dial_source = g_idle_add(on_dial, link);
  return link;
}

void
broker_link_send(BrokerLink *link, const HostMessage *message)
{
  if (!broker_link_is_open(link))
    return;
  g_autofree char *text = host_message_build(message);
  soup_websocket_connection_send_text(link->socket, text);
}

gboolean
broker_link_is_open(const BrokerLink *link)
{
  return link->socket != NULL &&
         soup_websocket_connection_get_state(link->socket) == SOUP_WEBSOCKET_STATE_OPEN;
}

void
broker_link_redial(BrokerLink *link)
{
  if (link->socket != NULL)
    end_link(link, "there is news for a new hello", FALSE);
}

void
broker_link_free(BrokerLink *link)
{
  if (link == NULL)
    return;
  g_cancellable_cancel(link->cancellable);
  if (link->dial_source != 0)
    g_source_remove(link->dial_source);
  drop_socket(link);
  g_object_unref(link->cancellable);
  g_object_unref(link->session);
  g_free(link->url);
  g_free(link);
}
