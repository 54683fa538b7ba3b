/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/hostlink/host_link_hub.h"

#include "broker/hostlink/boot_log_requests.h"
#include "broker/hostlink/command_text.h"
#include "broker/hostlink/host_link.h"
#include "broker/hostlink/serial_lanes.h"
#include "common/base/error.h"
#include "common/base/log.h"

#include <string.h>

#define MISSED_HEARTBEATS 3
/* A host may answer all commands on their way (1024) at once, each with a result and a few reports of what
 * came of it: it must not be hung up on for doing what it was told. */
#define LANE_LIMIT    4096
#define CLOSE_REFUSED 4403
#define CLOSE_VERSION 4406
#define CLOSE_RETRY   4503
#define CLOCK_LOOK_MS 1000
#define CLOCK_STEP_US G_USEC_PER_SEC

struct HostLinkHub {
  HostLinkSettings settings;
  SerialLanes *lanes;
  BootLogRequests *boot_logs;
  GMutex lock;
  GHashTable *links; /* host -> HostLink, guarded by the lock; changed by the main loop alone */
  gboolean stopping; /* main loop only, as the next two */
  guint clock_source;
  gint64 clock_offset_us; /* of the wall's time over steady time, when it was last looked at */
};

/* A task of a host's lane: something that came over @link, or that happened to it. */
typedef struct {
  HostLinkHub *hub;
  HostLink *link;
  GBytes *message; /* nullable */
} LinkTask;

static void
link_task_free(gpointer data)
{
  LinkTask *task = data;
  host_link_unref(task->link);
  g_clear_pointer(&task->message, g_bytes_unref);
  g_free(task);
}

static LinkTask *
link_task_new(HostLinkHub *hub, HostLink *link, GBytes *message)
{
  LinkTask *task = g_new0(LinkTask, 1);
  task->hub = hub;
  task->link = host_link_ref(link);
  task->message = message != NULL ? g_bytes_ref(message) : NULL;
  return task;
}

/* The link of @host (transfer full). */
static HostLink *
find_link(HostLinkHub *hub, const char *host)
{
  g_mutex_lock(&hub->lock);
  HostLink *link = g_hash_table_lookup(hub->links, host);
  if (link != NULL)
    host_link_ref(link);
  g_mutex_unlock(&hub->lock);
  return link;
}

static void
log_failure(HostLink *link, const char *what, const GError *error)
{
  log_write(LOG_LEVEL_WARNING, LOG_FIELDS(.host = host_link_host(link), .code = error_stable_name(error)),
            "host %s: %s: %s", host_link_host(link), what, error->message);
}

static char *
build_time(HostLinkHub *hub)
{
  HostMessage message = {.type = HOST_MESSAGE_TIME};
  message.time.broker_time_ms = clock_wall_us(hub->settings.clock) / 1000;
  return host_message_build(&message);
}

/* Those of @keys that count, or those that were revoked. */
static GArray *
grant_key_list(const GPtrArray *keys, gboolean is_revoked)
{
  GArray *list = g_array_new(FALSE, TRUE, sizeof(HostGrantKey));
  for (guint i = 0; i < keys->len; i++) {
    const BrokerKey *key = g_ptr_array_index(keys, i);
    HostGrantKey entry = {key->id, key->public_key};
    if (is_revoked == (key->public_key == NULL))
      g_array_append_val(list, entry);
  }
  return list;
}

static GArray *
desktop_list(const GPtrArray *desktops)
{
  GArray *list = g_array_new(FALSE, TRUE, sizeof(HostDesktopRef));
  for (guint i = 0; i < desktops->len; i++) {
    const Desktop *desktop = g_ptr_array_index(desktops, i);
    HostDesktopRef entry = {desktop->id, desktop->epoch};
    g_array_append_val(list, entry);
  }
  return list;
}

static GArray *
broker_list(char **urls)
{
  GArray *list = g_array_new(FALSE, TRUE, sizeof(HostBroker));
  for (; *urls != NULL && list->len < HOST_MESSAGE_MAX_BROKERS; urls++) {
    HostBroker entry = {*urls};
    g_array_append_val(list, entry);
  }
  return list;
}

static char *
build_welcome(HostLinkHub *hub, const HostGreeting *greeting)
{
  g_autoptr(GArray) keys = grant_key_list(greeting->keys, FALSE);
  g_autoptr(GArray) revoked = grant_key_list(greeting->keys, TRUE);
  g_autoptr(GArray) desktops = desktop_list(greeting->desktops);
  g_autoptr(GArray) brokers = broker_list(greeting->brokers);
  HostMessage message = {.type = HOST_MESSAGE_WELCOME};
  message.welcome = (HostWelcome){
      .version = HOST_MESSAGE_VERSION,
      .installation = hub->settings.installation,
      .term = greeting->term,
      .broker_time_ms = clock_wall_us(hub->settings.clock) / 1000,
      .heartbeat_ms = hub->settings.heartbeat_ms,
      .grant_keys = (HostGrantKey *)(gpointer)keys->data,
      .grant_key_count = keys->len,
      .desktops = (HostDesktopRef *)(gpointer)desktops->data,
      .desktop_count = desktops->len,
      .brokers = (HostBroker *)(gpointer)brokers->data,
      .broker_count = brokers->len,
      .revoked_keys = (HostGrantKey *)(gpointer)revoked->data,
      .revoked_key_count = revoked->len,
  };
  return host_message_build(&message);
}

static void
run_welcomed(gpointer data)
{
  LinkTask *task = data;
  HostLinkListener *listener = task->hub->settings.listener;
  g_autoptr(GError) error = NULL;
  if (host_link_state(task->link) == HOST_LINK_WELCOMED &&
      !listener->welcomed(listener, host_link_host(task->link), host_link_term(task->link), &error)) {
    log_failure(task->link, "commands cannot be delivered", error);
    host_link_close(task->link, CLOSE_RETRY, "try again");
  }
}

static void
on_welcome_sent(HostLink *link, gpointer data)
{
  HostLinkHub *hub = data;
  log_write(LOG_LEVEL_INFO, LOG_FIELDS(.host = host_link_host(link)), "host %s is up", host_link_host(link));
  serial_lanes_push_always(hub->lanes, host_link_host(link), run_welcomed, link_task_new(hub, link, NULL),
                           link_task_free);
}

static void
take_hello(HostLinkHub *hub, HostLink *link, const HostMessage *message)
{
  HostLinkListener *listener = hub->settings.listener;
  const char *host = host_link_host(link);
  if (message->type != HOST_MESSAGE_HELLO || strcmp(message->hello.host, host) != 0) {
    log_write(LOG_LEVEL_WARNING, LOG_FIELDS(.host = host), "host %s did not say hello by its own name", host);
    host_link_close(link, CLOSE_REFUSED, "say hello first, by the name in the certificate");
    return;
  }
  if ((message->hello.versions & (G_GUINT64_CONSTANT(1) << HOST_MESSAGE_VERSION)) == 0) {
    log_write(LOG_LEVEL_WARNING, LOG_FIELDS(.host = host),
              "host %s speaks no version of the host link that this broker does: update the older of the two",
              host);
    host_link_close(link, CLOSE_VERSION, "no common version");
    return;
  }
  g_autoptr(GError) error = NULL;
  g_autoptr(HostGreeting) greeting = listener->hello(listener, host, &message->hello, &error);
  if (greeting != NULL) {
    host_link_set_term(link, greeting->term);
    host_link_welcome(link, build_welcome(hub, greeting), on_welcome_sent);
    return;
  }
  log_failure(link, "it is turned away", error);
  gboolean unknown = g_error_matches(error, CARAWAY_ERROR, CARAWAY_ERROR_UNTRUSTED);
  host_link_close(link, unknown ? CLOSE_REFUSED : CLOSE_RETRY, unknown ? "not a host of ours" : "try again");
}

/* The database failed at some step of the event, or nothing was tried because it is known to be away. */
static gboolean
was_not_stored(const GError *error)
{
  return g_error_matches(error, CARAWAY_ERROR, CARAWAY_ERROR_DATABASE_AWAY) ||
         g_error_matches(error, CARAWAY_ERROR, CARAWAY_ERROR_DATABASE) ||
         g_error_matches(error, CARAWAY_ERROR, CARAWAY_ERROR_NO_SPACE);
}

/* What could not be stored is told again in the next hello. While the database is away the link stays: who
 * dialled now would be turned away, and the host would seem gone. */
static void
take_refused_event(HostLink *link, const HostMessage *message, const GError *error)
{
  if (!was_not_stored(error)) {
    log_failure(link, "an event could not be taken", error);
    /* The database does not know this link as the newest: another broker took the host for silent. */
    if (g_error_matches(error, CARAWAY_ERROR, CARAWAY_ERROR_STALE_EPOCH))
      host_link_close(link, CLOSE_RETRY, "try again");
    if (g_error_matches(error, CARAWAY_ERROR, CARAWAY_ERROR_UNTRUSTED)) /* it was removed */
      host_link_close(link, CLOSE_REFUSED, "not a host of ours");
  } else if (message->type != HOST_MESSAGE_HEARTBEAT && host_link_note_loss(link)) {
    log_failure(link, "events wait till it is asked for its state again", error);
  }
}

static void
take_event(HostLinkHub *hub, HostLink *link, const HostMessage *message)
{
  HostLinkListener *listener = hub->settings.listener;
  const char *host = host_link_host(link);
  if (message->type == HOST_MESSAGE_HELLO || message->type >= HOST_MESSAGE_WELCOME) {
    host_link_close(link, SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION, "not a message for a broker");
    return;
  }
  if (message->type == HOST_MESSAGE_BOOT_LOG) {
    boot_log_requests_answer(hub->boot_logs, host, message->boot_log.request, message->boot_log.text);
    return;
  }
  if (message->type == HOST_MESSAGE_RESULT)
    host_link_command_answered(link);
  g_autoptr(GError) error = NULL;
  if (!listener->event(listener, host, host_link_term(link), message, &error))
    take_refused_event(link, message, error);
  /* A host that sends more of them than agreed does not get more answers: it may be one that does not read.
   */
  gint64 interval_us = (gint64)hub->settings.heartbeat_ms * 1000 / 2;
  if (message->type == HOST_MESSAGE_HEARTBEAT && host_link_time_is_due(link, interval_us))
    host_link_send(link, build_time(hub));
}

static void
run_message(gpointer data)
{
  LinkTask *task = data;
  HostLinkState state = host_link_state(task->link);
  if (state == HOST_LINK_CLOSED)
    return;
  gsize size = 0;
  const char *text = g_bytes_get_data(task->message, &size);
  g_autoptr(GError) error = NULL;
  g_autoptr(HostMessage) message = host_message_parse(text, size, &error);
  if (message == NULL) {
    log_failure(task->link, "a message was not understood", error);
    if (!g_error_matches(error, CARAWAY_ERROR, CARAWAY_ERROR_PROTOCOL))
      host_link_close(task->link, SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION, error->message);
    return;
  }
  if (state == HOST_LINK_GREETING)
    take_hello(task->hub, task->link, message);
  else
    take_event(task->hub, task->link, message);
}

static void
on_received(HostLink *link, GBytes *bytes, gpointer data)
{
  HostLinkHub *hub = data;
  if (serial_lanes_push(hub->lanes, host_link_host(link), run_message, link_task_new(hub, link, bytes),
                        link_task_free))
    return;
  log_write(LOG_LEVEL_WARNING, LOG_FIELDS(.host = host_link_host(link)),
            "host %s talks faster than it is heard", host_link_host(link));
  host_link_close(link, CLOSE_RETRY, "too many messages at once");
}

static void
run_silent(gpointer data)
{
  LinkTask *task = data;
  HostLinkListener *listener = task->hub->settings.listener;
  g_autoptr(GError) error = NULL;
  if (!listener->silent(listener, host_link_host(task->link), host_link_term(task->link), &error))
    log_failure(task->link, "its silence could not be stored", error);
}

static void
on_closed(HostLink *link, gpointer data)
{
  HostLinkHub *hub = data;
  const char *host = host_link_host(link);
  g_mutex_lock(&hub->lock);
  gboolean current = g_hash_table_lookup(hub->links, host) == link;
  g_autoptr(HostLink) kept = host_link_ref(link);
  if (current)
    g_hash_table_remove(hub->links, host);
  g_mutex_unlock(&hub->lock);
  if (!current)
    return;
  boot_log_requests_fail(hub->boot_logs, host);
  if (hub->stopping)
    return;
  log_write(LOG_LEVEL_WARNING, LOG_FIELDS(.host = host), "the link of host %s is closed", host);
  serial_lanes_push_always(hub->lanes, host, run_silent, link_task_new(hub, link, NULL), link_task_free);
}

static const HostLinkCallbacks CALLBACKS = {on_received, on_closed};

/* Sends @text (transfer full) to every welcomed host. */
static void
tell_all(HostLinkHub *hub, char *text)
{
  g_autofree char *owned = text;
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&hub->lock);
  GHashTableIter iterator;
  gpointer link;
  g_hash_table_iter_init(&iterator, hub->links);
  while (g_hash_table_iter_next(&iterator, NULL, &link))
    if (host_link_state(link) == HOST_LINK_WELCOMED)
      host_link_send(link, g_strdup(owned));
}

static gint64
clock_offset_us(const HostLinkHub *hub)
{
  return clock_wall_us(hub->settings.clock) - clock_boottime_us(hub->settings.clock);
}

/* The clock was set. Who hears of it a heartbeat later takes grants by the old time till then. */
static gboolean
on_clock_look(gpointer data)
{
  HostLinkHub *hub = data;
  gint64 offset_us = clock_offset_us(hub);
  if (ABS(offset_us - hub->clock_offset_us) >= CLOCK_STEP_US)
    tell_all(hub, build_time(hub));
  hub->clock_offset_us = offset_us;
  return G_SOURCE_CONTINUE;
}

HostLinkHub *
host_link_hub_new(const HostLinkSettings *settings)
{
  HostLinkHub *hub = g_new0(HostLinkHub, 1);
  hub->settings = *settings;
  hub->lanes = serial_lanes_new(settings->workers, LANE_LIMIT);
  hub->boot_logs = boot_log_requests_new();
  g_mutex_init(&hub->lock);
  hub->links = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)host_link_unref);
  hub->clock_offset_us = clock_offset_us(hub);
  hub->clock_source = g_timeout_add(CLOCK_LOOK_MS, on_clock_look, hub);
  return hub;
}

void
host_link_hub_accept(HostLinkHub *hub, const char *host, const char *serial, SoupWebsocketConnection *socket)
{
  if (hub->stopping) {
    soup_websocket_connection_close(socket, SOUP_WEBSOCKET_CLOSE_GOING_AWAY, "the broker stops");
    return;
  }
  HostLink *link =
      host_link_new(host, serial, socket, MISSED_HEARTBEATS * hub->settings.heartbeat_ms, &CALLBACKS, hub);
  g_mutex_lock(&hub->lock);
  g_autoptr(HostLink) older = g_hash_table_lookup(hub->links, host);
  if (older != NULL)
    host_link_ref(older);
  g_hash_table_replace(hub->links, g_strdup(host), link);
  g_mutex_unlock(&hub->lock);
  if (older != NULL) {
    boot_log_requests_fail(hub->boot_logs, host);
    host_link_close(older, SOUP_WEBSOCKET_CLOSE_GOING_AWAY, "replaced by a newer link");
  }
  host_link_hub_review(hub); /* it may have been revoked since the handshake */
}

void
host_link_hub_review(HostLinkHub *hub)
{
  GHashTableIter iterator;
  gpointer link;
  if (hub->settings.counts == NULL)
    return;
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&hub->lock);
  g_hash_table_iter_init(&iterator, hub->links);
  while (g_hash_table_iter_next(&iterator, NULL, &link)) {
    const char *serial = host_link_serial(link);
    if (serial == NULL || hub->settings.counts(host_link_host(link), serial, hub->settings.user_data))
      continue;
    log_write(LOG_LEVEL_WARNING, LOG_FIELDS(.host = host_link_host(link)),
              "the link of host %s is cut: its certificate was revoked", host_link_host(link));
    host_link_close(link, CLOSE_REFUSED, "the certificate was revoked");
  }
}

gboolean
host_link_hub_deliver(HostLinkHub *hub, const char *host, const char *text)
{
  g_autoptr(HostLink) link = find_link(hub, host);
  if (link == NULL || host_link_state(link) != HOST_LINK_WELCOMED || !host_link_take_command(link))
    return FALSE;
  host_link_send(link, command_text_with_term(text, host_link_term(link)));
  return TRUE;
}

void
host_link_hub_drop(HostLinkHub *hub, const char *host, gint64 term)
{
  g_autoptr(HostLink) link = find_link(hub, host);
  if (link != NULL && host_link_state(link) == HOST_LINK_WELCOMED && host_link_term(link) <= term)
    host_link_close(link, CLOSE_RETRY, "another link counts");
}

char *
host_link_hub_fetch_boot_log(HostLinkHub *hub, const char *host, const char *desktop_id, guint limit_ms,
                             GError **error)
{
  g_autoptr(HostLink) link = find_link(hub, host);
  gint64 number = link != NULL && host_link_state(link) == HOST_LINK_WELCOMED
                      ? boot_log_requests_open(hub->boot_logs, host)
                      : 0;
  if (number == 0) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_UNREACHABLE,
                "Host %s is not connected at the moment. Try again when it is up.", host);
    return NULL;
  }
  HostMessage message = {.type = HOST_MESSAGE_BOOT_LOG_REQUEST};
  message.boot_log_request = (HostBootLogRequest){number, desktop_id};
  host_link_send(link, host_message_build(&message));
  char *text = boot_log_requests_wait(hub->boot_logs, number, limit_ms);
  if (text == NULL)
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_TIMED_OUT, "Host %s did not answer within %u s.", host,
                limit_ms / 1000);
  return text;
}

void
host_link_hub_tell_keys(HostLinkHub *hub, const GPtrArray *keys)
{
  g_autoptr(GArray) list = grant_key_list(keys, FALSE);
  g_autoptr(GArray) revoked = grant_key_list(keys, TRUE);
  HostMessage message = {.type = HOST_MESSAGE_KEYS};
  message.keys = (HostKeys){.grant_keys = (HostGrantKey *)(gpointer)list->data,
                            .grant_key_count = list->len,
                            .revoked_keys = (HostGrantKey *)(gpointer)revoked->data,
                            .revoked_key_count = revoked->len};
  tell_all(hub, host_message_build(&message));
}

guint
host_link_hub_count(HostLinkHub *hub)
{
  guint count = 0;
  GHashTableIter iterator;
  gpointer link;
  g_mutex_lock(&hub->lock);
  g_hash_table_iter_init(&iterator, hub->links);
  while (g_hash_table_iter_next(&iterator, NULL, &link))
    count += host_link_state(link) == HOST_LINK_WELCOMED;
  g_mutex_unlock(&hub->lock);
  return count;
}

void
host_link_hub_renew(HostLinkHub *hub)
{
  GHashTableIter iterator;
  gpointer link;
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&hub->lock);
  g_hash_table_iter_init(&iterator, hub->links);
  while (g_hash_table_iter_next(&iterator, NULL, &link))
    if (host_link_has_lost(link))
      host_link_close(link, CLOSE_RETRY, "say hello again");
}

void
host_link_hub_stop(HostLinkHub *hub)
{
  hub->stopping = TRUE;
  g_clear_handle_id(&hub->clock_source, g_source_remove);
  g_mutex_lock(&hub->lock);
  GHashTableIter iterator;
  gpointer link;
  g_hash_table_iter_init(&iterator, hub->links);
  while (g_hash_table_iter_next(&iterator, NULL, &link))
    host_link_close(link, SOUP_WEBSOCKET_CLOSE_GOING_AWAY, "the broker stops");
  g_mutex_unlock(&hub->lock);
  boot_log_requests_fail(hub->boot_logs, NULL);
}

void
host_link_hub_free(HostLinkHub *hub)
{
  if (hub == NULL)
    return;
  host_link_hub_stop(hub);
  serial_lanes_free(hub->lanes);
  while (g_main_context_iteration(NULL, FALSE))
    ; /* errands of the links */
  g_hash_table_unref(hub->links);
  while (g_main_context_iteration(NULL, FALSE))
    ; /* the last references to their sockets */
  boot_log_requests_free(hub->boot_logs);
  g_mutex_clear(&hub->lock);
  g_free(hub);
}
