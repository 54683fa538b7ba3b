/* SPDX-License-Identifier: Apache-2.0 */
/* The hub on one end of a socket pair, a host of the test on the other. */
#include "broker/hostlink/host_link_hub.h"
#include "common/base/error.h"

#include <string.h>
#include <sys/socket.h>

#define INSTALLATION "5ad8b1de-0be1-4a4c-8c39-7f3d49f0a001"
#define DESKTOP      "5ad8b1de-0be1-4a4c-8c39-7f3d49f0a003"
#define LIMIT_S      20
#define TERM         3
#define COMMAND      "{\"type\":\"command\",\"id\":1,\"term\":0}"
#define HELLO(host, versions)                                                                                \
  "{\"type\":\"hello\",\"versions\":" versions ",\"host\":\"" host                                           \
  "\",\"boot_id\":\"b\",\"agent_version\":\"1\",\"accelerator\":\"tcg\",\"accelerator_reason\":\"no kvm\","  \
  "\"capacity\":{\"cpus\":2,\"memory_mib\":1,\"memory_free_mib\":1,\"disk_free_mib\":1},\"images\":[],"      \
  "\"relay\":{\"address\":\"10.0.0.5\",\"port\":8444},\"desktops\":[],\"consoles\":[],\"quarantined\":[]}"
#define RESULT "{\"type\":\"result\",\"command\":1,\"ok\":true,\"code\":null,\"detail\":null}"
#define HEARTBEAT                                                                                            \
  "{\"type\":\"heartbeat\",\"capacity\":{\"cpus\":2,\"memory_mib\":1,\"memory_free_mib\":1,"                 \
  "\"disk_free_mib\":1}}"

#define SERIAL "0a1b2c"
#define NOW_US (1700000000 * (gint64)G_USEC_PER_SEC)

typedef struct {
  HostLinkListener listener; /* first */
  GMutex lock;
  GString *calls; /* "hello welcomed event silent" in the order of the calls */
  gboolean refuses;
  FakeClock clock;
  int event_error; /* nonzero: events fail with this code */
  int is_revoked;  /* atomic: the certificate does not count any more */
  HostLinkHub *hub;
} Fixture;

/* The host's end. */
typedef struct {
  SoupWebsocketConnection *socket;
  GPtrArray *received; /* texts */
  gushort close_code;  /* 0 while open */
} Peer;

static void
note(HostLinkListener *listener, const char *what)
{
  Fixture *fixture = (Fixture *)listener;
  g_mutex_lock(&fixture->lock);
  g_string_append_printf(fixture->calls, "%s ", what);
  g_mutex_unlock(&fixture->lock);
  g_main_context_wakeup(NULL);
}

static HostGreeting *
on_hello(HostLinkListener *listener, const char *host, const HostHello *hello, GError **error)
{
  note(listener, "hello");
  if (((Fixture *)listener)->refuses) {
    g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_UNTRUSTED, "No such host.");
    return NULL;
  }
  GPtrArray *desktops = g_ptr_array_new_with_free_func((GDestroyNotify)desktop_free);
  Desktop *desktop = g_new0(Desktop, 1);
  desktop->id = g_strdup(DESKTOP);
  desktop->epoch = (Epoch){1, 7};
  g_ptr_array_add(desktops, desktop);
  GPtrArray *keys = g_ptr_array_new_with_free_func((GDestroyNotify)broker_key_free);
  g_ptr_array_add(keys, broker_key_new("b1-1", "AAAA"));
  const char *brokers[] = {"https://b1:8443", "https://b2:8443", NULL};
  return host_greeting_new(TERM, desktops, keys, g_strdupv((GStrv)brokers));
}

static gboolean
on_welcomed(HostLinkListener *listener, const char *host, gint64 term, GError **error)
{
  note(listener, "welcomed");
  return TRUE;
}

static gboolean
on_event(HostLinkListener *listener, const char *host, gint64 term, const HostMessage *message,
         GError **error)
{
  note(listener, message->type == HOST_MESSAGE_HEARTBEAT ? "heartbeat" : "event");
  int code = ((Fixture *)listener)->event_error;
  if (code == 0)
    return TRUE;
  g_set_error_literal(error, CARAWAY_ERROR, code, "It was not stored.");
  return FALSE;
}

static gboolean
on_silent(HostLinkListener *listener, const char *host, gint64 term, GError **error)
{
  note(listener, "silent");
  return TRUE;
}

static gboolean
counts(const char *host, const char *serial, gpointer fixture)
{
  g_assert_cmpstr(serial, ==, SERIAL);
  return g_atomic_int_get(&((Fixture *)fixture)->is_revoked) == 0;
}

static void
setup(Fixture *fixture, gconstpointer heartbeat_ms)
{
  fixture->listener = (HostLinkListener){on_hello, on_welcomed, on_event, on_silent};
  g_mutex_init(&fixture->lock);
  fixture->calls = g_string_new(NULL);
  fake_clock_init(&fixture->clock, NOW_US);
  HostLinkSettings settings = {&fixture->listener,
                               INSTALLATION,
                               &fixture->clock.clock,
                               GPOINTER_TO_UINT(heartbeat_ms),
                               2,
                               counts,
                               fixture};
  fixture->hub = host_link_hub_new(&settings);
}

static void
teardown(Fixture *fixture, gconstpointer data)
{
  host_link_hub_free(fixture->hub);
  g_string_free(fixture->calls, TRUE);
  g_mutex_clear(&fixture->lock);
}

static void
on_peer_message(SoupWebsocketConnection *socket, gint type, GBytes *message, gpointer data)
{
  Peer *peer = data;
  g_ptr_array_add(peer->received, g_strndup(g_bytes_get_data(message, NULL), g_bytes_get_size(message)));
}

static void
on_peer_closed(SoupWebsocketConnection *socket, gpointer data)
{
  Peer *peer = data;
  peer->close_code = soup_websocket_connection_get_close_code(socket);
  if (peer->close_code == 0)
    peer->close_code = SOUP_WEBSOCKET_CLOSE_ABNORMAL;
}

static SoupWebsocketConnection *
websocket_on(int fd, SoupWebsocketConnectionType type)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GSocket) socket = g_socket_new_from_fd(fd, &error);
  g_assert_no_error(error);
  g_autoptr(GSocketConnection) stream = g_socket_connection_factory_create_connection(socket);
  g_autoptr(GUri) uri = g_uri_parse("wss://b/internal/hostlink", G_URI_FLAGS_NONE, NULL);
  return soup_websocket_connection_new(G_IO_STREAM(stream), uri, type, NULL, HOST_MESSAGE_SUBPROTOCOL, NULL);
}

static void
dial(Fixture *fixture, Peer *peer, const char *host)
{
  int ends[2];
  g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), ==, 0);
  peer->received = g_ptr_array_new_with_free_func(g_free);
  peer->close_code = 0;
  peer->socket = websocket_on(ends[0], SOUP_WEBSOCKET_CONNECTION_CLIENT);
  g_signal_connect(peer->socket, "message", G_CALLBACK(on_peer_message), peer);
  g_signal_connect(peer->socket, "closed", G_CALLBACK(on_peer_closed), peer);
  g_autoptr(SoupWebsocketConnection) ours = websocket_on(ends[1], SOUP_WEBSOCKET_CONNECTION_SERVER);
  host_link_hub_accept(fixture->hub, host, SERIAL, ours);
}

static void
hang_up(Peer *peer)
{
  g_signal_handlers_disconnect_by_data(peer->socket, peer);
  if (soup_websocket_connection_get_state(peer->socket) == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_close(peer->socket, 1000, NULL);
  g_object_unref(peer->socket);
  g_ptr_array_unref(peer->received);
}

static gboolean
on_limit(gpointer data)
{
  g_error("what was waited for did not happen within %d s", LIMIT_S);
  return G_SOURCE_REMOVE;
}

#define WAIT_UNTIL(condition)                                                                                \
  G_STMT_START                                                                                               \
  {                                                                                                          \
    guint limit = g_timeout_add_seconds(LIMIT_S, on_limit, NULL);                                            \
    while (!(condition))                                                                                     \
      g_main_context_iteration(NULL, TRUE);                                                                  \
    g_source_remove(limit);                                                                                  \
  }                                                                                                          \
  G_STMT_END

static gboolean
has_call(Fixture *fixture, const char *what)
{
  g_mutex_lock(&fixture->lock);
  gboolean found = strstr(fixture->calls->str, what) != NULL;
  g_mutex_unlock(&fixture->lock);
  return found;
}

static void
greet(Fixture *fixture, Peer *peer)
{
  dial(fixture, peer, "kvm1");
  soup_websocket_connection_send_text(peer->socket, HELLO("kvm1", "[1]"));
  WAIT_UNTIL(peer->received->len == 1 && has_call(fixture, "welcomed"));
}

static HostMessage *
parse(Peer *peer, guint index)
{
  g_autoptr(GError) error = NULL;
  const char *text = g_ptr_array_index(peer->received, index);
  HostMessage *message = host_message_parse(text, strlen(text), &error);
  g_assert_no_error(error);
  return message;
}

static void
test_welcome(Fixture *fixture, gconstpointer data)
{
  Peer peer;
  greet(fixture, &peer);
  g_autoptr(HostMessage) message = parse(&peer, 0);
  g_assert_cmpint(message->type, ==, HOST_MESSAGE_WELCOME);
  g_assert_cmpstr(message->welcome.installation, ==, INSTALLATION);
  g_assert_cmpint(message->welcome.term, ==, 3);
  g_assert_cmpuint(message->welcome.desktop_count, ==, 1);
  g_assert_cmpstr(message->welcome.desktops[0].id, ==, DESKTOP);
  g_assert_cmpuint(message->welcome.grant_key_count, ==, 1);
  g_assert_cmpuint(host_link_hub_count(fixture->hub), ==, 1);
  hang_up(&peer);
}

static void
test_heartbeat_is_answered_with_the_time(Fixture *fixture, gconstpointer data)
{
  Peer peer;
  greet(fixture, &peer);
  soup_websocket_connection_send_text(peer.socket, HEARTBEAT);
  WAIT_UNTIL(peer.received->len == 2);
  g_autoptr(HostMessage) message = parse(&peer, 1);
  g_assert_cmpint(message->type, ==, HOST_MESSAGE_TIME);
  hang_up(&peer);
}

static void
test_commands_arrive_in_order(Fixture *fixture, gconstpointer data)
{
  Peer peer;
  g_assert_false(host_link_hub_deliver(fixture->hub, "kvm1", COMMAND));
  greet(fixture, &peer);
  for (int i = 0; i < 20; i++) {
    g_autofree char *text = g_strdup_printf("{\"id\":%d,\"term\":0}", i);
    g_assert_true(host_link_hub_deliver(fixture->hub, "kvm1", text));
  }
  WAIT_UNTIL(peer.received->len == 21);
  for (int i = 0; i < 20; i++) {
    g_autofree char *text = g_strdup_printf("{\"id\":%d,\"term\":%d}", i, TERM); /* the link's own */
    g_assert_cmpstr(g_ptr_array_index(peer.received, (guint)i + 1), ==, text);
  }
  hang_up(&peer);
}

static void
test_unanswered_commands_are_bounded(Fixture *fixture, gconstpointer data)
{
  Peer peer;
  greet(fixture, &peer);
  guint taken = 0;
  while (taken < 5000 && host_link_hub_deliver(fixture->hub, "kvm1", COMMAND))
    taken++;
  g_assert_cmpuint(taken, ==, 1024);
  soup_websocket_connection_send_text(peer.socket, "{\"type\":\"result\",\"command\":1,\"ok\":true}");
  WAIT_UNTIL(has_call(fixture, "event"));
  g_assert_true(host_link_hub_deliver(fixture->hub, "kvm1", COMMAND));
  hang_up(&peer);
}

static void
expect_turned_away(Fixture *fixture, const char *text, gushort code)
{
  Peer peer;
  dial(fixture, &peer, "kvm1");
  soup_websocket_connection_send_text(peer.socket, text);
  WAIT_UNTIL(peer.close_code != 0);
  g_assert_cmpuint(peer.close_code, ==, code);
  g_assert_cmpuint(host_link_hub_count(fixture->hub), ==, 0);
  hang_up(&peer);
}

static void
test_name_must_be_the_certificates(Fixture *fixture, gconstpointer data)
{
  expect_turned_away(fixture, HELLO("kvm2", "[1]"), 4403);
  g_assert_false(has_call(fixture, "hello"));
}

static void
test_hello_comes_first(Fixture *fixture, gconstpointer data)
{
  expect_turned_away(fixture, HEARTBEAT, 4403);
}

static void
test_version_must_be_common(Fixture *fixture, gconstpointer data)
{
  expect_turned_away(fixture, HELLO("kvm1", "[2,3]"), 4406);
}

static void
test_unknown_host_is_turned_away(Fixture *fixture, gconstpointer data)
{
  fixture->refuses = TRUE;
  expect_turned_away(fixture, HELLO("kvm1", "[1]"), 4403);
}

static void
test_nonsense_closes_the_link(Fixture *fixture, gconstpointer data)
{
  expect_turned_away(fixture, "{\"type\":\"hello\"}", SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION);
  expect_turned_away(fixture, "[[[", SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION);
}

static void
test_unknown_type_is_passed_over(Fixture *fixture, gconstpointer data)
{
  Peer peer;
  greet(fixture, &peer);
  soup_websocket_connection_send_text(peer.socket, "{\"type\":\"of-a-newer-version\"}");
  soup_websocket_connection_send_text(peer.socket, HEARTBEAT);
  WAIT_UNTIL(has_call(fixture, "heartbeat"));
  g_assert_cmpuint(peer.close_code, ==, 0);
  hang_up(&peer);
}

static void
test_brokers_messages_are_refused(Fixture *fixture, gconstpointer data)
{
  Peer peer;
  greet(fixture, &peer);
  soup_websocket_connection_send_text(peer.socket, "{\"type\":\"time\",\"broker_time_ms\":1}");
  WAIT_UNTIL(peer.close_code != 0);
  hang_up(&peer);
}

/* Each way of not being the newest link any more; a host that was removed does not come back by dialling
 * again. */
static void
test_link_that_does_not_count_is_closed(Fixture *fixture, gconstpointer data)
{
  static const struct {
    int error;
    gushort code;
  } cases[] = {{CARAWAY_ERROR_STALE_EPOCH, 4503}, {CARAWAY_ERROR_UNTRUSTED, 4403}};
  for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
    Peer peer;
    greet(fixture, &peer);
    fixture->event_error = cases[i].error;
    soup_websocket_connection_send_text(peer.socket, HEARTBEAT);
    WAIT_UNTIL(peer.close_code != 0);
    g_assert_cmpuint(peer.close_code, ==, cases[i].code);
    fixture->event_error = 0;
    hang_up(&peer);
  }
}

static void
test_revoked_host_is_cut(Fixture *fixture, gconstpointer data)
{
  Peer peer;
  greet(fixture, &peer);
  host_link_hub_review(fixture->hub);
  g_assert_true(host_link_hub_deliver(fixture->hub, "kvm1", COMMAND)); /* it counts */
  g_atomic_int_set(&fixture->is_revoked, 1);
  host_link_hub_review(fixture->hub);
  WAIT_UNTIL(peer.close_code != 0);
  g_assert_cmpuint(peer.close_code, ==, 4403);
  hang_up(&peer);
  WAIT_UNTIL(has_call(fixture, "silent"));
}

/* Between the handshake, which looked, and the link there was a moment. */
static void
test_revoked_before_the_link(Fixture *fixture, gconstpointer data)
{
  Peer peer;
  g_atomic_int_set(&fixture->is_revoked, 1);
  dial(fixture, &peer, "kvm1");
  WAIT_UNTIL(peer.close_code != 0);
  g_assert_cmpuint(peer.close_code, ==, 4403);
  g_assert_false(has_call(fixture, "hello"));
  hang_up(&peer);
}

/* A clock that is set, in either direction, must not let grants live longer, or end sooner, than they say. */
static void
test_a_step_of_the_clock_is_told(Fixture *fixture, gconstpointer data)
{
  static const gint64 steps_s[] = {86400, -2 * 86400};
  Peer peer;
  greet(fixture, &peer);
  guint heard = peer.received->len;
  for (guint i = 0; i < G_N_ELEMENTS(steps_s); i++) {
    fixture->clock.wall_us += steps_s[i] * G_USEC_PER_SEC;
    WAIT_UNTIL(peer.received->len == heard + i + 1);
    g_autofree char *expected =
        g_strdup_printf("\"broker_time_ms\":%" G_GINT64_FORMAT, fixture->clock.wall_us / 1000);
    g_assert_nonnull(strstr(g_ptr_array_index(peer.received, heard + i), expected));
  }
  fake_clock_advance(&fixture->clock, 3600 * (gint64)G_USEC_PER_SEC); /* time that passes is no step */
  soup_websocket_connection_send_text(peer.socket, HEARTBEAT);
  WAIT_UNTIL(has_call(fixture, "heartbeat"));
  hang_up(&peer);
}

/* Whatever step of storing it failed: the host says hello again, once it is asked to. */
static void
test_lost_events_are_told_again(Fixture *fixture, gconstpointer data)
{
  static const int codes[] = {CARAWAY_ERROR_DATABASE_AWAY, CARAWAY_ERROR_DATABASE, CARAWAY_ERROR_NO_SPACE};
  for (guint i = 0; i < G_N_ELEMENTS(codes); i++) {
    Peer peer;
    greet(fixture, &peer);
    fixture->event_error = codes[i];
    soup_websocket_connection_send_text(peer.socket, RESULT);
    soup_websocket_connection_send_text(peer.socket, HEARTBEAT); /* is heard after it */
    WAIT_UNTIL(has_call(fixture, "heartbeat"));
    g_assert_cmpuint(peer.close_code, ==, 0);
    host_link_hub_renew(fixture->hub);
    WAIT_UNTIL(peer.close_code != 0);
    fixture->event_error = 0;
    hang_up(&peer);
    WAIT_UNTIL(has_call(fixture, "silent"));
    g_string_truncate(fixture->calls, 0);
  }
}

static void
test_newest_link_wins(Fixture *fixture, gconstpointer data)
{
  Peer first, second;
  greet(fixture, &first);
  dial(fixture, &second, "kvm1");
  soup_websocket_connection_send_text(second.socket, HELLO("kvm1", "[1]"));
  WAIT_UNTIL(first.close_code != 0 && second.received->len == 1);
  g_assert_cmpuint(first.close_code, ==, SOUP_WEBSOCKET_CLOSE_GOING_AWAY);
  g_assert_true(host_link_hub_deliver(fixture->hub, "kvm1", COMMAND));
  WAIT_UNTIL(second.received->len == 2);
  g_assert_false(has_call(fixture, "silent"));
  hang_up(&first);
  hang_up(&second);
}

static void
test_broken_link_is_silence(Fixture *fixture, gconstpointer data)
{
  Peer peer;
  greet(fixture, &peer);
  hang_up(&peer);
  WAIT_UNTIL(has_call(fixture, "silent"));
  g_assert_false(host_link_hub_deliver(fixture->hub, "kvm1", COMMAND));
}

static void
test_missed_heartbeats_are_silence(Fixture *fixture, gconstpointer data)
{
  Peer peer;
  greet(fixture, &peer);
  WAIT_UNTIL(has_call(fixture, "silent"));
  WAIT_UNTIL(peer.close_code != 0);
  hang_up(&peer);
}

static gpointer
fetch(gpointer data)
{
  Fixture *fixture = data;
  return host_link_hub_fetch_boot_log(fixture->hub, "kvm1", DESKTOP, LIMIT_S * 1000, NULL);
}

static void
test_boot_log(Fixture *fixture, gconstpointer data)
{
  Peer peer;
  greet(fixture, &peer);
  GThread *thread = g_thread_new("fetch", fetch, fixture);
  WAIT_UNTIL(peer.received->len == 2);
  g_autoptr(HostMessage) question = parse(&peer, 1);
  g_assert_cmpint(question->type, ==, HOST_MESSAGE_BOOT_LOG_REQUEST);
  HostMessage answer = {.type = HOST_MESSAGE_BOOT_LOG};
  answer.boot_log = (HostBootLog){question->boot_log_request.request, "line 1\nline 2\n"};
  g_autofree char *text = host_message_build(&answer);
  soup_websocket_connection_send_text(peer.socket, text);
  while (g_main_context_iteration(NULL, FALSE))
    ;
  soup_websocket_connection_send_text(peer.socket, HEARTBEAT);
  WAIT_UNTIL(has_call(fixture, "heartbeat"));
  g_autofree char *log = g_thread_join(thread);
  g_assert_cmpstr(log, ==, "line 1\nline 2\n");
  hang_up(&peer);
}

static void
test_boot_log_of_a_host_that_is_away(Fixture *fixture, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *log = host_link_hub_fetch_boot_log(fixture->hub, "kvm1", DESKTOP, 1, &error);
  g_assert_null(log);
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_UNREACHABLE);
}

static void
test_stop_is_no_silence(Fixture *fixture, gconstpointer data)
{
  Peer peer;
  greet(fixture, &peer);
  host_link_hub_stop(fixture->hub);
  WAIT_UNTIL(peer.close_code != 0);
  g_assert_cmpuint(peer.close_code, ==, SOUP_WEBSOCKET_CLOSE_GOING_AWAY);
  g_assert_false(has_call(fixture, "silent"));
  hang_up(&peer);
}

#define ADD(name, function)                                                                                  \
  g_test_add("/host-link-hub/" name, Fixture, GUINT_TO_POINTER(20000), setup, function, teardown)

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_log_set_fatal_mask(NULL, G_LOG_FATAL_MASK); /* turning a host away is a warning */
  g_log_set_always_fatal(G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);
  ADD("welcome", test_welcome);
  ADD("heartbeat", test_heartbeat_is_answered_with_the_time);
  ADD("commands", test_commands_arrive_in_order);
  ADD("commands-bounded", test_unanswered_commands_are_bounded);
  ADD("name", test_name_must_be_the_certificates);
  ADD("hello-first", test_hello_comes_first);
  ADD("version", test_version_must_be_common);
  ADD("unknown-host", test_unknown_host_is_turned_away);
  ADD("nonsense", test_nonsense_closes_the_link);
  ADD("unknown-type", test_unknown_type_is_passed_over);
  ADD("clock-step", test_a_step_of_the_clock_is_told);
  ADD("does-not-count", test_link_that_does_not_count_is_closed);
  ADD("revoked", test_revoked_host_is_cut);
  ADD("revoked-before-the-link", test_revoked_before_the_link);
  ADD("wrong-direction", test_brokers_messages_are_refused);
  ADD("lost-events", test_lost_events_are_told_again);
  ADD("newest-wins", test_newest_link_wins);
  ADD("broken", test_broken_link_is_silence);
  g_test_add("/host-link-hub/missed-heartbeats", Fixture, GUINT_TO_POINTER(100), setup,
             test_missed_heartbeats_are_silence, teardown);
  ADD("boot-log", test_boot_log);
  ADD("boot-log-away", test_boot_log_of_a_host_that_is_away);
  ADD("stop", test_stop_is_no_silence);
  return g_test_run();
}
