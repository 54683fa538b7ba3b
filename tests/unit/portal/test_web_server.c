/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/portal/portal_fixture.h"

#include <string.h>
#include <unistd.h>

static void
assert_contains(const char *text, const char *part)
{
  if (strstr(text, part) == NULL)
    g_error("“%s” is not in: %s", part, text);
}

static char *
get(PortalFixture *fixture, const char *path)
{
  g_autofree char *request =
      g_strdup_printf("GET %s HTTP/1.1\r\nHost: portal.example\r\nConnection: close\r\n\r\n", path);
  return portal_fixture_ask(fixture, request);
}

static void
test_the_app_is_served_with_strict_headers(void)
{
  g_autoptr(PortalFixture) fixture = portal_fixture_new(5000);
  g_autofree char *answer = get(fixture, "/");
  assert_contains(answer, "HTTP/1.1 200 ");
  assert_contains(answer, page_headers_policy(PAGE_APP));
  assert_contains(answer, "X-Content-Type-Options: nosniff");
  assert_contains(answer, "<!doctype html>index");
  g_assert_null(strstr(answer, "\r\nServer:"));
}

static void
test_an_unchanged_file_is_not_sent_again(void)
{
  g_autoptr(PortalFixture) fixture = portal_fixture_new(5000);
  const WebFile *file = web_files_lookup(fixture->files, "/app.js");
  g_autofree char *request = g_strdup_printf("GET /app.js HTTP/1.1\r\nHost: p\r\nIf-None-Match: %s\r\n"
                                             "Connection: close\r\n\r\n",
                                             file->etag);
  g_autofree char *answer = portal_fixture_ask(fixture, request);
  assert_contains(answer, "HTTP/1.1 304 ");
  g_assert_null(strstr(answer, "export"));
}

static void
test_hostile_paths_lead_nowhere(void)
{
  g_autoptr(PortalFixture) fixture = portal_fixture_new(5000);
  static const char *const paths[] = {"/../web/secret.key",
                                      "/secret.key",
                                      "/%2e%2e/web/secret.key",
                                      "/internal/redeem",
                                      "/api/v1/../../internal/redeem",
                                      "/api/v1/%2e%2e/%2e%2e/internal/redeem",
                                      "/internal/join",
                                      "/spice-html5/spice.html",
                                      "/.hidden.js",
                                      "/app.js%00.html"};
  for (guint i = 0; i < G_N_ELEMENTS(paths); i++) {
    g_autofree char *answer = get(fixture, paths[i]);
    if (strstr(answer, "HTTP/1.1 404 ") == NULL || strstr(answer, "\"code\":\"not-found\"") == NULL)
      g_error("%s: %s", paths[i], answer);
  }
}

static void
test_paths_out_of_the_api_are_refused(void)
{
  g_autoptr(PortalFixture) fixture = portal_fixture_new(5000);
  g_autofree char *answer = get(fixture, "/api/v1/a%5c..%5cinternal");
  assert_contains(answer, "HTTP/1.1 400 ");
  g_assert_cmpuint(fixture->counters.proxied, ==, 0);
}

static void
test_a_connection_serves_several_requests(void)
{
  g_autoptr(PortalFixture) fixture = portal_fixture_new(5000);
  int fd = portal_fixture_connect(fixture, "192.0.2.7");
  for (int i = 0; i < 3; i++) {
    portal_fixture_send(fd, "GET /healthz HTTP/1.1\r\nHost: p\r\n\r\n");
    g_autofree char *answer = portal_fixture_read(fd, "\r\n\r\nok\n");
    assert_contains(answer, "HTTP/1.1 200 ");
  }
  close(fd);
}

static guint
open_descriptors(void)
{
  g_autoptr(GDir) dir = g_dir_open("/proc/self/fd", 0, NULL);
  guint count = 0;
  while (g_dir_read_name(dir) != NULL)
    count++;
  return count;
}

static gboolean
is_idle(gpointer data)
{
  return web_server_is_idle(((PortalFixture *)data)->web);
}

static void
test_connections_that_end_are_forgotten(void)
{
  static const char *const beginnings[] = {"", "GET / HT", "GET /healthz HTTP/1.1\r\nHost: p\r\n\r\n",
                                           "POST / HTTP/1.1\r\nHost: p\r\nContent-Length: 5\r\n\r\nab"};
  g_autoptr(PortalFixture) fixture = portal_fixture_new(5000);
  guint before = open_descriptors();
  for (guint i = 0; i < 10 * G_N_ELEMENTS(beginnings); i++) {
    int fd = portal_fixture_connect(fixture, "192.0.2.7");
    portal_fixture_send(fd, beginnings[i % G_N_ELEMENTS(beginnings)]);
    g_autofree char *other = get(fixture, "/healthz"); /* the beginning has been read by then */
    close(fd);
  }
  portal_fixture_wait(is_idle, fixture);
  g_assert_cmpuint(open_descriptors(), ==, before);
}

static void
test_a_slow_request_is_cut_off(void)
{
  g_autoptr(PortalFixture) fixture = portal_fixture_new(5000);
  int fd = portal_fixture_connect(fixture, "192.0.2.7");
  portal_fixture_send(fd, "GET / HTTP/1.1\r\nHost:");
  g_autofree char *answer = portal_fixture_read(fd, NULL);
  g_assert_null(strstr(answer, "200"));
  close(fd);
}

static void
test_a_silent_connection_is_cut_off(void)
{
  g_autoptr(PortalFixture) fixture = portal_fixture_new(5000);
  int fd = portal_fixture_connect(fixture, "192.0.2.7");
  g_autofree char *answer = portal_fixture_read(fd, NULL);
  g_assert_cmpstr(answer, ==, "");
  close(fd);
}

static void
test_a_shutdown_ends_idle_connections(void)
{
  g_autoptr(PortalFixture) fixture = portal_fixture_new(5000);
  int fd = portal_fixture_connect(fixture, "192.0.2.7");
  portal_fixture_send(fd, "GET /healthz HTTP/1.1\r\nHost: p\r\n\r\n");
  g_autofree char *answer = portal_fixture_read(fd, "\r\n\r\nok\n");
  int busy = portal_fixture_connect(fixture, "192.0.2.7");
  portal_fixture_send(busy, "GET /healthz HTTP/1.1\r\n");
  g_autofree char *other = get(fixture, "/healthz"); /* by now the first bytes above were read */
  web_server_drain(fixture->web);
  g_autofree char *end = portal_fixture_read(fd, NULL);
  g_assert_cmpstr(end, ==, "");
  portal_fixture_send(busy, "Host: p\r\n\r\n");
  g_autofree char *last = portal_fixture_read(busy, NULL);
  assert_contains(last, "Connection: close");
  close(fd);
  close(busy);
}

static void
test_metrics_are_for_this_machine_only(void)
{
  g_autoptr(PortalFixture) fixture = portal_fixture_new(5000);
  g_autofree char *foreign = get(fixture, "/metrics");
  assert_contains(foreign, "HTTP/1.1 404 ");
  int fd = portal_fixture_connect(fixture, "127.0.0.1");
  portal_fixture_send(fd, "GET /metrics HTTP/1.1\r\nHost: p\r\nConnection: close\r\n\r\n");
  g_autofree char *local = portal_fixture_read(fd, NULL);
  assert_contains(local, "caraway_portal_http_requests_total 2\n");
  close(fd);
}

static void
test_readiness_says_what_is_missing(void)
{
  g_autoptr(PortalFixture) fixture = portal_fixture_new(5000);
  g_autofree char *ready = get(fixture, "/readyz");
  assert_contains(ready, "HTTP/1.1 200 ");
  fixture->missing = g_strdup("stopping");
  g_autofree char *stopping = get(fixture, "/readyz");
  assert_contains(stopping, "HTTP/1.1 503 ");
  assert_contains(stopping, "\r\n\r\nstopping\n");
}

static void
test_the_site_has_a_name(void)
{
  g_autoptr(PortalFixture) fixture = portal_fixture_new(5000);
  g_autofree char *answer = get(fixture, "/site.json");
  assert_contains(answer, "\"site\":\"Test \\\"site\\\"\"");
}

static void
test_pages_are_only_read(void)
{
  g_autoptr(PortalFixture) fixture = portal_fixture_new(5000);
  g_autofree char *answer = portal_fixture_ask(
      fixture, "POST /index.html HTTP/1.1\r\nHost: p\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  assert_contains(answer, "HTTP/1.1 405 ");
  assert_contains(answer, "Allow: GET, HEAD");
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/web-server/app", test_the_app_is_served_with_strict_headers);
  g_test_add_func("/web-server/unchanged", test_an_unchanged_file_is_not_sent_again);
  g_test_add_func("/web-server/hostile-paths", test_hostile_paths_lead_nowhere);
  g_test_add_func("/web-server/api-paths", test_paths_out_of_the_api_are_refused);
  g_test_add_func("/web-server/keep-alive", test_a_connection_serves_several_requests);
  g_test_add_func("/web-server/forgotten", test_connections_that_end_are_forgotten);
  g_test_add_func("/web-server/slow-request", test_a_slow_request_is_cut_off);
  g_test_add_func("/web-server/silent", test_a_silent_connection_is_cut_off);
  g_test_add_func("/web-server/shutdown", test_a_shutdown_ends_idle_connections);
  g_test_add_func("/web-server/metrics", test_metrics_are_for_this_machine_only);
  g_test_add_func("/web-server/readiness", test_readiness_says_what_is_missing);
  g_test_add_func("/web-server/site", test_the_site_has_a_name);
  g_test_add_func("/web-server/methods", test_pages_are_only_read);
  return g_test_run();
}
