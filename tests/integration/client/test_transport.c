/* SPDX-License-Identifier: Apache-2.0 */
/* The transport against real TLS on loopback: refusals become codes, large transfers arrive whole, ways are
 * tried. */
#include "client/display/transport.h"

#include <gio/gunixinputstream.h>
#include <gio/gunixoutputstream.h>
#include <string.h>
#include <unistd.h>

#include "common/base/error.h"
#include "tests/integration/client/fake_relay.h"

#define OPEN_ANSWER "HTTP/1.1 200 OK\r\n\r\n"
#define LIMIT_S     20

static char *folder;

typedef struct {
  int fd;
  guint target;
  gboolean is_opened, is_ended;
  GError *error;
} Outcome;

static void
on_opened(int fd, guint target, gpointer user_data)
{
  Outcome *outcome = user_data;
  outcome->fd = fd;
  outcome->target = target;
  outcome->is_opened = TRUE;
}

static void
on_ended(const GError *error, gpointer user_data)
{
  Outcome *outcome = user_data;
  outcome->is_ended = TRUE;
  outcome->error = error != NULL ? g_error_copy(error) : NULL;
}

static const TransportListener listener = {on_opened, on_ended};

static gboolean
on_limit(gpointer user_data)
{
  g_error("nothing came within %d s", LIMIT_S);
  return G_SOURCE_REMOVE;
}

static void
wait_for(const gboolean *flag)
{
  guint limit = g_timeout_add_seconds(LIMIT_S, on_limit, NULL);
  while (!*flag)
    g_main_context_iteration(NULL, TRUE);
  g_source_remove(limit);
}

static char *
in_folder(const char *name)
{
  return g_build_filename(folder, name, NULL);
}

static PeerTrust *
server_trust(const char *ca)
{
  g_autofree char *path = in_folder(ca);
  g_autoptr(GError) error = NULL;
  PeerTrust *trust = peer_trust_new_server(path, NULL, &error);
  g_assert_no_error(error);
  return trust;
}

static PeerTrust *
relay_trust(const char *ca, const char *identity)
{
  g_autofree char *path = in_folder(ca);
  g_autofree char *pem = NULL;
  g_autoptr(GError) error = NULL;
  g_file_get_contents(path, &pem, NULL, &error);
  g_assert_no_error(error);
  PeerTrust *trust = peer_trust_new_relay(pem, identity, &error);
  g_assert_no_error(error);
  return trust;
}

/* Takes @trust. */
static void
add_target(GPtrArray *targets, const char *site, guint16 port, PeerTrust *trust)
{
  g_ptr_array_add(targets, relay_target_new(site, "127.0.0.1", port, trust));
  peer_trust_unref(trust);
}

static GPtrArray *
new_targets(void)
{
  return g_ptr_array_new_with_free_func((GDestroyNotify)relay_target_free);
}

static void
expect_refusal(const char *answer, CarawayErrorCode code)
{
  g_autoptr(FakeRelay) relay = fake_relay_new(folder, answer);
  g_autoptr(Transport) transport = transport_new();
  g_autoptr(GPtrArray) targets = new_targets();
  Outcome outcome = {.fd = -1};
  add_target(targets, "portal", fake_relay_port(relay), server_trust("ca.pem"));
  TransportLink *link = transport_open(transport, targets, 0, FALSE, "GRANT", &listener, &outcome);
  wait_for(&outcome.is_ended);
  g_test_message("%s: %s", error_code_name((int)code), outcome.error->message);
  g_assert_error(outcome.error, CARAWAY_ERROR, (int)code);
  g_assert_false(outcome.is_opened);
  transport_link_close(link);
  g_clear_error(&outcome.error);
}

static void
test_refusals(void)
{
  const struct {
    const char *status, *code;
    CarawayErrorCode expected;
  } rows[] = {
      {"403 Forbidden", "grant-expired", CARAWAY_ERROR_GRANT_EXPIRED},
      {"403 Forbidden", "grant-already-used", CARAWAY_ERROR_GRANT_USED},
      {"403 Forbidden", "grant-superseded", CARAWAY_ERROR_GRANT_STALE},
      {"410 Gone", "session-ended", CARAWAY_ERROR_SESSION_ENDED},
      {"502 Bad Gateway", "host-gone", CARAWAY_ERROR_HOST_GONE},
      {"503 Service Unavailable", "overloaded", CARAWAY_ERROR_OVERLOADED},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autofree char *body =
        g_strdup_printf("{\"type\":\"about:blank\",\"code\":\"%s\",\"detail\":\"No.\"}", rows[i].code);
    g_autofree char *answer = g_strdup_printf("HTTP/1.1 %s\r\nContent-Type: application/problem+json\r\n"
                                              "Content-Length: %zu\r\n\r\n%s",
                                              rows[i].status, strlen(body), body);
    expect_refusal(answer, rows[i].expected);
  }
}

static void
test_nonsense(void)
{
  g_autofree char *endless = g_strnfill(20000, 'a');
  expect_refusal("SSH-2.0-OpenSSH_9.2\r\n", CARAWAY_ERROR_PROTOCOL);
  expect_refusal(endless, CARAWAY_ERROR_PROTOCOL);
  expect_refusal("HTTP/1.1 200 OK\r\n\r\nREDQ", CARAWAY_ERROR_PROTOCOL);
  expect_refusal("", CARAWAY_ERROR_UNREACHABLE);
  expect_refusal("HTTP/1.1 502 Bad Gateway\r\n\r\n", CARAWAY_ERROR_UNREACHABLE);
}

/* Who does not prove that it is the one gets no grant. */
static void
expect_untrusted(PeerTrust *trust)
{
  g_autoptr(FakeRelay) relay = fake_relay_new(folder, OPEN_ANSWER);
  g_autoptr(Transport) transport = transport_new();
  g_autoptr(GPtrArray) targets = new_targets();
  Outcome outcome = {.fd = -1};
  add_target(targets, "host", fake_relay_port(relay), trust);
  TransportLink *link = transport_open(transport, targets, 0, FALSE, "GRANT", &listener, &outcome);
  wait_for(&outcome.is_ended);
  g_assert_error(outcome.error, CARAWAY_ERROR, CARAWAY_ERROR_UNTRUSTED);
  g_assert_null(fake_relay_request(relay));
  transport_link_close(link);
  g_clear_error(&outcome.error);
}

static void
test_untrusted(void)
{
  expect_untrusted(server_trust("other-ca.pem"));
  expect_untrusted(relay_trust("other-ca.pem", "relay/kvm1"));
  expect_untrusted(relay_trust("ca.pem", "relay/kvm2"));
  expect_untrusted(relay_trust("ca.pem", "portal/kvm1"));
}

static gpointer
write_all(gpointer data)
{
  const Outcome *outcome = data;
  g_autoptr(GOutputStream) stream = g_unix_output_stream_new(dup(outcome->fd), TRUE);
  g_autofree guint8 *block = g_malloc(1 << 20);
  for (guint i = 0; i < 32; i++) {
    memset(block, (int)i, 1 << 20);
    g_assert_true(g_output_stream_write_all(stream, block, 1 << 20, NULL, NULL, NULL));
  }
  return NULL;
}

typedef struct {
  int fd;
  gboolean is_good;
  gint is_done;
} Reading;

static gpointer
read_all(gpointer data)
{
  Reading *reading = data;
  g_autoptr(GInputStream) stream = g_unix_input_stream_new(dup(reading->fd), TRUE);
  g_autofree guint8 *block = g_malloc(1 << 20);
  reading->is_good = TRUE;
  for (guint i = 0; i < 32 && reading->is_good; i++) {
    gsize size = 0;
    reading->is_good = g_input_stream_read_all(stream, block, 1 << 20, &size, NULL, NULL) &&
                       size == 1 << 20 && block[0] == i && block[(1 << 20) - 1] == i;
  }
  g_atomic_int_set(&reading->is_done, 1);
  g_main_context_wakeup(NULL);
  return NULL;
}

/* 32 MiB go there and come back while both ends are busy; nothing is lost, mixed up or left in a buffer. */
static void
test_large_transfer(void)
{
  g_autoptr(FakeRelay) relay = fake_relay_new(folder, OPEN_ANSWER);
  g_autoptr(Transport) transport = transport_new();
  g_autoptr(GPtrArray) targets = new_targets();
  Outcome outcome = {.fd = -1};
  add_target(targets, "host", fake_relay_port(relay), relay_trust("ca.pem", "relay/kvm1"));
  TransportLink *link = transport_open(transport, targets, 0, FALSE, "GRANT", &listener, &outcome);
  wait_for(&outcome.is_opened);
  Reading reading = {.fd = outcome.fd};
  GThread *writer = g_thread_new("writer", write_all, &outcome);
  GThread *reader = g_thread_new("reader", read_all, &reading);
  g_thread_join(writer);
  g_thread_join(reader);
  g_assert_true(reading.is_good);
  g_autofree char *request = fake_relay_request(relay);
  g_assert_nonnull(strstr(request, "CONNECT desktop:0 HTTP/1.1\r\n"));
  g_assert_nonnull(strstr(request, "\r\nAuthorization: Bearer GRANT\r\n"));
  close(outcome.fd);
  wait_for(&outcome.is_ended);
  g_clear_error(&outcome.error);
  transport_link_close(link);
}

static guint16
dead_port(void)
{
  g_autoptr(GSocketListener) probe = g_socket_listener_new();
  return g_socket_listener_add_any_inet_port(probe, NULL, NULL);
}

static void
open_with_dead_first(gboolean is_pinned, Outcome *outcome)
{
  g_autoptr(FakeRelay) relay = fake_relay_new(folder, OPEN_ANSWER);
  g_autoptr(Transport) transport = transport_new();
  g_autoptr(GPtrArray) targets = new_targets();
  add_target(targets, "portal", dead_port(), server_trust("ca.pem"));
  add_target(targets, "host", fake_relay_port(relay), relay_trust("ca.pem", "relay/kvm1"));
  TransportLink *link = transport_open(transport, targets, 0, is_pinned, "GRANT", &listener, outcome);
  wait_for(is_pinned ? &outcome->is_ended : &outcome->is_opened);
  if (outcome->fd >= 0)
    close(outcome->fd);
  transport_link_close(link);
}

static void
test_next_way(void)
{
  Outcome outcome = {.fd = -1};
  open_with_dead_first(FALSE, &outcome);
  g_assert_cmpuint(outcome.target, ==, 1);
  g_clear_error(&outcome.error);
}

/* A further channel has to take the way of its main channel: elsewhere nobody knows its connection. */
static void
test_pinned_way(void)
{
  Outcome outcome = {.fd = -1};
  open_with_dead_first(TRUE, &outcome);
  g_assert_error(outcome.error, CARAWAY_ERROR, CARAWAY_ERROR_UNREACHABLE);
  g_clear_error(&outcome.error);
}

/* A refusal is final: the grant may be spent, and another way leads to the same host. */
static void
test_refusal_is_final(void)
{
  const char *answer = "HTTP/1.1 403 Forbidden\r\nContent-Length: 25\r\n\r\n{\"code\":\"grant-expired\"}\n";
  g_autoptr(FakeRelay) first = fake_relay_new(folder, answer);
  g_autoptr(FakeRelay) second = fake_relay_new(folder, OPEN_ANSWER);
  g_autoptr(Transport) transport = transport_new();
  g_autoptr(GPtrArray) targets = new_targets();
  Outcome outcome = {.fd = -1};
  add_target(targets, "portal", fake_relay_port(first), server_trust("ca.pem"));
  add_target(targets, "host", fake_relay_port(second), relay_trust("ca.pem", "relay/kvm1"));
  TransportLink *link = transport_open(transport, targets, 0, FALSE, "GRANT", &listener, &outcome);
  wait_for(&outcome.is_ended);
  g_assert_error(outcome.error, CARAWAY_ERROR, CARAWAY_ERROR_GRANT_EXPIRED);
  g_assert_null(fake_relay_request(second));
  transport_link_close(link);
  g_clear_error(&outcome.error);
}

/* Closing while it connects must neither wait nor call back. */
static void
test_close_early(void)
{
  g_autoptr(FakeRelay) relay = fake_relay_new(folder, OPEN_ANSWER);
  Outcome outcome = {.fd = -1};
  for (guint i = 0; i < 20; i++) {
    g_autoptr(Transport) transport = transport_new();
    g_autoptr(GPtrArray) targets = new_targets();
    add_target(targets, "portal", fake_relay_port(relay), server_trust("ca.pem"));
    TransportLink *link = transport_open(transport, targets, 0, FALSE, "GRANT", &listener, &outcome);
    g_usleep(i * 300);
    transport_link_close(link);
  }
  while (g_main_context_iteration(NULL, FALSE))
    ;
  g_assert_false(outcome.is_opened || outcome.is_ended);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  folder = fake_relay_make_certificates();
  g_test_add_func("/transport/refusals", test_refusals);
  g_test_add_func("/transport/nonsense", test_nonsense);
  g_test_add_func("/transport/untrusted", test_untrusted);
  g_test_add_func("/transport/large-transfer", test_large_transfer);
  g_test_add_func("/transport/next-way", test_next_way);
  g_test_add_func("/transport/pinned-way", test_pinned_way);
  g_test_add_func("/transport/refusal-is-final", test_refusal_is_final);
  g_test_add_func("/transport/close-early", test_close_early);
  int status = g_test_run();
  g_free(folder);
  return status;
}
