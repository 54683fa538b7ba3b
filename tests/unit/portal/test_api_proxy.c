/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/portal/portal_fixture.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Long enough for a loaded machine to begin an answer in, short enough to be outlasted. */
#define OUTLASTED_MS 4000

/* What the fake broker saw of the last request, and the event stream that it holds open. */
typedef struct {
  char *text;
  SoupServerMessage *stream;
  gboolean is_stream_finished;
} Seen;

static void
assert_contains(const char *text, const char *part)
{
  if (strstr(text, part) == NULL)
    g_error("“%s” is not in: %s", part, text);
}

static void
seen_clear(Seen *seen)
{
  g_clear_pointer(&seen->text, g_free);
  g_clear_object(&seen->stream);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Seen, seen_clear)

static void
on_echo(SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  Seen *seen = data;
  SoupMessageHeaders *headers = soup_server_message_get_request_headers(message);
  GUri *uri = soup_server_message_get_uri(message);
  g_autoptr(GBytes) body = soup_message_body_flatten(soup_server_message_get_request_body(message));
  gsize size = 0;
  const char *bytes = g_bytes_get_data(body, &size);
  g_free(seen->text);
  seen->text = g_strdup_printf(
      "%s %s?%s for=%s host=%s cookie=%s body=%.*s", soup_server_message_get_method(message),
      g_uri_get_path(uri), g_uri_get_query(uri), soup_message_headers_get_list(headers, "X-Forwarded-For"),
      soup_message_headers_get_list(headers, "X-Forwarded-Host"),
      soup_message_headers_get_one(headers, "Cookie"), (int)size, bytes);
  soup_server_message_set_status(message, 201, NULL);
  soup_message_headers_append(soup_server_message_get_response_headers(message), "Set-Cookie", "a=1");
  soup_server_message_set_response(message, "application/json", SOUP_MEMORY_COPY, "{\"made\":1}", 10);
}

static void
on_stream_finished(SoupServerMessage *message, gpointer data)
{
  ((Seen *)data)->is_stream_finished = TRUE;
}

static void
on_events(SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  Seen *seen = data;
  seen->stream = g_object_ref(message);
  g_signal_connect(message, "finished", G_CALLBACK(on_stream_finished), seen);
  SoupMessageHeaders *headers = soup_server_message_get_response_headers(message);
  soup_message_headers_set_encoding(headers, SOUP_ENCODING_CHUNKED);
  soup_message_headers_set_content_type(headers, "text/event-stream", NULL);
  soup_server_message_set_status(message, 200, NULL);
}

static void
send_event(Seen *seen, const char *text)
{
  SoupMessageBody *body = soup_server_message_get_response_body(seen->stream);
  soup_message_body_append(body, SOUP_MEMORY_COPY, text, strlen(text));
  soup_server_message_unpause(seen->stream);
}

static void
on_silence(SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  soup_server_message_pause(message);
}

static void
on_large(SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  gsize size = 3 * 1024 * 1024;
  char *bytes = g_malloc(size);
  memset(bytes, 'x', size);
  soup_server_message_set_status(message, 200, NULL);
  soup_server_message_set_response(message, "text/plain", SOUP_MEMORY_TAKE, bytes, size);
}

static gboolean
is_idle(gpointer data)
{
  return api_proxy_is_idle(((PortalFixture *)data)->proxy);
}

static void
test_a_request_reaches_the_broker_with_its_sender(void)
{
  g_autoptr(PortalFixture) fixture = portal_fixture_new(5000);
  g_auto(Seen) seen = {0};
  soup_server_add_handler(fixture->broker, NULL, on_echo, &seen, NULL);
  g_autofree char *answer = portal_fixture_ask(
      fixture, "POST /api/v1/pools/a%20b/connect?x=%26y HTTP/1.1\r\nHost: portal.example\r\n"
               "X-Forwarded-For: 6.6.6.6\r\nCookie: c=d\r\nContent-Type: application/json\r\n"
               "Content-Length: 4\r\nConnection: close\r\n\r\n{\"\"}");
  assert_contains(seen.text, "POST /api/v1/pools/a b/connect?x=%26y for=192.0.2.7 host=portal.example "
                             "cookie=c=d body={\"\"}");
  assert_contains(answer, "HTTP/1.1 201 ");
  assert_contains(answer, "Set-Cookie: a=1");
  assert_contains(answer, "Cache-Control: no-store");
  assert_contains(answer, "{\"made\":1}");
  assert_contains(answer, "X-Content-Type-Options: nosniff");
  portal_fixture_wait(is_idle, fixture);
  g_assert_cmpuint(fixture->counters.in_flight, ==, 0);
}

static void
test_a_large_answer_comes_whole(void)
{
  g_autoptr(PortalFixture) fixture = portal_fixture_new(5000);
  soup_server_add_handler(fixture->broker, NULL, on_large, NULL, NULL);
  g_autofree char *answer =
      portal_fixture_ask(fixture, "GET /api/v1/audit HTTP/1.1\r\nHost: p\r\nConnection: close\r\n\r\n");
  assert_contains(answer, "Content-Length: 3145728\r\n");
  g_assert_cmpuint(strlen(strstr(answer, "\r\n\r\n") + 4), ==, 3145728);
}

static void
test_a_head_request_has_no_body(void)
{
  g_autoptr(PortalFixture) fixture = portal_fixture_new(5000);
  soup_server_add_handler(fixture->broker, NULL, on_large, NULL, NULL);
  g_autofree char *answer =
      portal_fixture_ask(fixture, "HEAD /api/v1/audit HTTP/1.1\r\nHost: p\r\nConnection: close\r\n\r\n");
  assert_contains(answer, "HTTP/1.1 200 ");
  g_assert_cmpstr(strstr(answer, "\r\n\r\n"), ==, "\r\n\r\n");
}

static const char events_request[] = "GET /api/v1/sessions/1/events HTTP/1.1\r\nHost: p\r\n\r\n";

static gboolean
is_past(gpointer until_us)
{
  return g_get_monotonic_time() >= *(gint64 *)until_us;
}

/* And the limit of answers, once they have begun, does not end them. */
static void
test_events_pass_one_by_one(void)
{
  g_autoptr(PortalFixture) fixture = portal_fixture_new(OUTLASTED_MS);
  g_auto(Seen) seen = {0};
  soup_server_add_handler(fixture->broker, NULL, on_events, &seen, NULL);
  int fd = portal_fixture_connect(fixture, "192.0.2.7");
  portal_fixture_send(fd, events_request);
  g_autofree char *head = portal_fixture_read(fd, "\r\n\r\n");
  assert_contains(head, "Content-Type: text/event-stream");
  gint64 outlasted_us = g_get_monotonic_time() + OUTLASTED_MS * 1000;
  portal_fixture_wait(is_past, &outlasted_us);
  for (int i = 0; i < 3; i++) {
    send_event(&seen, "event: session\ndata: {}\n\n");
    g_autofree char *event = portal_fixture_read(fd, "data: {}\n\n");
    g_assert_cmpuint(fixture->counters.streams, ==, 1);
  }
  close(fd);
}

static gboolean
is_stream_finished(gpointer data)
{
  Seen *seen = data;
  if (!seen->is_stream_finished)
    send_event(seen, ":\n");
  return seen->is_stream_finished;
}

static void
test_the_stream_ends_when_the_client_goes(void)
{
  g_autoptr(PortalFixture) fixture = portal_fixture_new(5000);
  g_auto(Seen) seen = {0};
  soup_server_add_handler(fixture->broker, NULL, on_events, &seen, NULL);
  int fd = portal_fixture_connect(fixture, "192.0.2.7");
  portal_fixture_send(fd, events_request);
  g_autofree char *head = portal_fixture_read(fd, "\r\n\r\n");
  close(fd);
  portal_fixture_wait(is_idle, fixture);
  portal_fixture_wait(is_stream_finished, &seen);
  g_assert_cmpuint(fixture->counters.streams, ==, 0);
}

static gboolean
is_asked(gpointer data)
{
  return ((PortalFixture *)data)->counters.in_flight == 1;
}

static void
test_a_request_is_given_up_when_the_client_goes(void)
{
  g_autoptr(PortalFixture) fixture = portal_fixture_new(5000);
  soup_server_add_handler(fixture->broker, NULL, on_silence, NULL, NULL);
  int fd = portal_fixture_connect(fixture, "192.0.2.7");
  portal_fixture_send(fd, "GET /api/v1/me HTTP/1.1\r\nHost: p\r\n\r\n");
  portal_fixture_wait(is_asked, fixture);
  close(fd);
  portal_fixture_wait(is_idle, fixture);
  g_assert_cmpuint(fixture->counters.in_flight, ==, 0);
}

static void
test_a_silent_broker_is_a_time_out(void)
{
  g_autoptr(PortalFixture) fixture = portal_fixture_new(100);
  soup_server_add_handler(fixture->broker, NULL, on_silence, NULL, NULL);
  g_autofree char *answer =
      portal_fixture_ask(fixture, "GET /api/v1/me HTTP/1.1\r\nHost: p\r\nConnection: close\r\n\r\n");
  assert_contains(answer, "HTTP/1.1 504 ");
  assert_contains(answer, "\"code\":\"timed-out\"");
}

static void
test_a_broker_that_is_down_is_unreachable(void)
{
  g_autoptr(PortalFixture) fixture = portal_fixture_new(5000);
  portal_fixture_stop_broker(fixture);
  g_autofree char *answer =
      portal_fixture_ask(fixture, "GET /api/v1/me HTTP/1.1\r\nHost: p\r\nConnection: close\r\n\r\n");
  assert_contains(answer, "HTTP/1.1 502 ");
  assert_contains(answer, "Content-Type: application/problem+json");
  assert_contains(answer, "\"code\":\"unreachable\"");
  g_assert_cmpuint(fixture->counters.proxy_failures, ==, 1);
}

static void
test_too_many_streams_are_turned_away(void)
{
  g_autoptr(PortalFixture) fixture = portal_fixture_new(5000);
  g_auto(Seen) seen = {0};
  soup_server_add_handler(fixture->broker, NULL, on_events, &seen, NULL);
  int fd = portal_fixture_connect(fixture, "192.0.2.7");
  portal_fixture_send(fd, events_request);
  g_autofree char *head = portal_fixture_read(fd, "\r\n\r\n");
  g_autofree char *answer = portal_fixture_ask(
      fixture, "GET /api/v1/sessions/2/events HTTP/1.1\r\nHost: p\r\nConnection: close\r\n\r\n");
  assert_contains(answer, "HTTP/1.1 503 ");
  assert_contains(answer, "\"code\":\"overloaded\"");
  assert_contains(answer, "Retry-After: 1");
  close(fd);
}

static void
test_large_bodies_are_refused(void)
{
  g_autoptr(PortalFixture) fixture = portal_fixture_new(5000);
  g_autofree char *filling = g_strnfill(2000, 'x');
  g_autofree char *plain =
      g_strdup_printf("POST /api/v1/login HTTP/1.1\r\nHost: p\r\nContent-Length: 2000\r\n"
                      "Connection: close\r\n\r\n%s",
                      filling);
  g_autofree char *answer = portal_fixture_ask(fixture, plain);
  assert_contains(answer, "HTTP/1.1 413 ");
  assert_contains(answer, "\"code\":\"too-large\"");
  g_assert_cmpuint(fixture->counters.proxied, ==, 0);
}

static void
test_chunked_bodies_are_refused(void)
{
  g_autoptr(PortalFixture) fixture = portal_fixture_new(5000);
  g_autofree char *answer =
      portal_fixture_ask(fixture, "POST /api/v1/login HTTP/1.1\r\nHost: p\r\nTransfer-Encoding: chunked\r\n"
                                  "\r\n2\r\n{}\r\n0\r\n\r\n");
  assert_contains(answer, "HTTP/1.1 400 ");
  g_assert_cmpuint(fixture->counters.proxied, ==, 0);
}

static void
test_a_doubled_host_is_refused(void)
{
  g_autoptr(PortalFixture) fixture = portal_fixture_new(5000);
  g_autofree char *answer = portal_fixture_ask(
      fixture, "GET /api/v1/me HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n");
  assert_contains(answer, "HTTP/1.1 400 ");
  g_assert_cmpuint(fixture->counters.proxied, ==, 0);
}

/* A broker that takes a request and dies before it answers. */
static gboolean
on_incoming(GSocketService *service, GSocketConnection *connection, GObject *source, gpointer count)
{
  char bytes[4096];
  (*(guint *)count)++;
  (void)g_input_stream_read(g_io_stream_get_input_stream(G_IO_STREAM(connection)), bytes, sizeof bytes, NULL,
                            NULL);
  g_io_stream_close(G_IO_STREAM(connection), NULL, NULL);
  return FALSE;
}

static char *
dying_broker(GSocketService **ret_service, guint *count)
{
  *ret_service = g_threaded_socket_service_new(2);
  guint16 port = g_socket_listener_add_any_inet_port(G_SOCKET_LISTENER(*ret_service), NULL, NULL);
  g_signal_connect(*ret_service, "run", G_CALLBACK(on_incoming), count);
  g_socket_service_start(*ret_service);
  return g_strdup_printf("http://127.0.0.1:%u", port);
}

#define POST_CONNECT                                                                                         \
  "POST /api/v1/pools/p/connect HTTP/1.1\r\nHost: p\r\nContent-Type: application/json\r\n"                   \
  "Content-Length: 2\r\nConnection: close\r\n\r\n{}"

static void
test_what_nobody_took_goes_to_the_next_broker(void)
{
  g_autoptr(GSocketListener) taken = g_socket_listener_new();
  g_autofree char *away =
      g_strdup_printf("http://127.0.0.1:%u", g_socket_listener_add_any_inet_port(taken, NULL, NULL));
  g_socket_listener_close(taken); /* nobody listens there now */
  g_autoptr(PortalFixture) fixture = portal_fixture_new_beside(away, 5000);
  g_auto(Seen) seen = {0};
  soup_server_add_handler(fixture->broker, NULL, on_echo, &seen, NULL);
  g_autofree char *answer = portal_fixture_ask(fixture, POST_CONNECT);
  assert_contains(answer, "HTTP/1.1 201 ");
  assert_contains(seen.text, "body={}");
  g_assert_cmpstr(broker_list_current(fixture->brokers), !=, away); /* which is asked first from now on */
}

static void
test_what_may_have_been_taken_is_not_repeated(void)
{
  guint count = 0;
  g_autoptr(GSocketService) service = NULL;
  g_autofree char *dying = dying_broker(&service, &count);
  g_autoptr(PortalFixture) fixture = portal_fixture_new_beside(dying, 5000);
  g_auto(Seen) seen = {0};
  soup_server_add_handler(fixture->broker, NULL, on_echo, &seen, NULL);
  g_autofree char *answer = portal_fixture_ask(fixture, POST_CONNECT);
  assert_contains(answer, "\"code\":\"unreachable\"");
  g_assert_null(seen.text);
  g_assert_cmpuint(count, ==, 1);
  g_autofree char *again = portal_fixture_ask(fixture, POST_CONNECT); /* the client's own decision */
  assert_contains(again, "HTTP/1.1 201 ");
  g_socket_service_stop(service);
}

static void
test_what_only_reads_is_repeated(void)
{
  guint count = 0;
  g_autoptr(GSocketService) service = NULL;
  g_autofree char *dying = dying_broker(&service, &count);
  g_autoptr(PortalFixture) fixture = portal_fixture_new_beside(dying, 5000);
  g_auto(Seen) seen = {0};
  soup_server_add_handler(fixture->broker, NULL, on_echo, &seen, NULL);
  g_autofree char *answer =
      portal_fixture_ask(fixture, "GET /api/v1/me HTTP/1.1\r\nHost: p\r\nConnection: close\r\n\r\n");
  assert_contains(answer, "HTTP/1.1 201 ");
  assert_contains(seen.text, "GET /api/v1/me");
  g_assert_cmpuint(count, >=, 1);
  g_socket_service_stop(service);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/api-proxy/request", test_a_request_reaches_the_broker_with_its_sender);
  g_test_add_func("/api-proxy/large-answer", test_a_large_answer_comes_whole);
  g_test_add_func("/api-proxy/head", test_a_head_request_has_no_body);
  g_test_add_func("/api-proxy/events", test_events_pass_one_by_one);
  g_test_add_func("/api-proxy/events-end", test_the_stream_ends_when_the_client_goes);
  g_test_add_func("/api-proxy/client-gone", test_a_request_is_given_up_when_the_client_goes);
  g_test_add_func("/api-proxy/time-out", test_a_silent_broker_is_a_time_out);
  g_test_add_func("/api-proxy/broker-down", test_a_broker_that_is_down_is_unreachable);
  g_test_add_func("/api-proxy/too-many-streams", test_too_many_streams_are_turned_away);
  g_test_add_func("/api-proxy/large-body", test_large_bodies_are_refused);
  g_test_add_func("/api-proxy/chunked-body", test_chunked_bodies_are_refused);
  g_test_add_func("/api-proxy/doubled-host", test_a_doubled_host_is_refused);
  g_test_add_func("/api-proxy/next-broker", test_what_nobody_took_goes_to_the_next_broker);
  g_test_add_func("/api-proxy/not-repeated", test_what_may_have_been_taken_is_not_repeated);
  g_test_add_func("/api-proxy/read-again", test_what_only_reads_is_repeated);
  return g_test_run();
}
