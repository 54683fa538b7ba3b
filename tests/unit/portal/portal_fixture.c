/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/portal/portal_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define WAIT_LIMIT_US (60 * G_USEC_PER_SEC)

static void
write_file(const char *folder, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename(folder, name, NULL);
  g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

TestSite *
test_site_new(void)
{
  TestSite *site = g_new0(TestSite, 1);
  site->folder = g_dir_make_tmp("caraway-site-XXXXXX", NULL);
  site->web = g_build_filename(site->folder, "web", NULL);
  site->spice = g_build_filename(site->folder, "spice", NULL);
  g_autofree char *third_party = g_build_filename(site->spice, "thirdparty", NULL);
  g_assert_cmpint(g_mkdir(site->web, 0700), ==, 0);
  g_assert_cmpint(g_mkdir_with_parents(third_party, 0700), ==, 0);
  write_file(site->web, "index.html", "<!doctype html>index");
  write_file(site->web, "viewer.html", "<!doctype html>viewer");
  write_file(site->web, "app.js", "export {};");
  write_file(site->web, ".hidden.js", "hidden");
  write_file(site->web, "secret.key", "secret");
  write_file(site->spice, "main.js", "export {};");
  write_file(site->spice, "spice.html", "<script>inline</script>");
  write_file(third_party, "rsa.js", "export {};");
  return site;
}

static void
remove_tree(const char *path)
{
  g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
  const char *name = NULL;
  while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
    g_autofree char *child = g_build_filename(path, name, NULL);
    remove_tree(child);
  }
  g_remove(path);
}

void
test_site_free(TestSite *site)
{
  remove_tree(site->folder);
  g_free(site->folder);
  g_free(site->web);
  g_free(site->spice);
  g_free(site);
}

static char *
metrics(gpointer data)
{
  PortalFixture *fixture = data;
  const RelayCounters relay = {0};
  return portal_counters_text(&fixture->counters, &relay);
}

static char *
readiness(gpointer data)
{
  return g_strdup(((PortalFixture *)data)->missing);
}

static void
start_broker(PortalFixture *fixture)
{
  fixture->broker = soup_server_new(NULL, NULL);
  g_assert_true(soup_server_listen_local(fixture->broker, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, NULL));
  fixture->session =
      soup_session_new_with_options("max-conns", 8, "max-conns-per-host", 8, "timeout", 0u, NULL);
}

PortalFixture *
portal_fixture_new_beside(const char *away_broker, guint answer_limit_ms)
{
  PortalFixture *fixture = g_new0(PortalFixture, 1);
  signal(SIGPIPE, SIG_IGN); /* as every daemon does */
  g_autoptr(GError) error = NULL;
  fixture->site = test_site_new();
  start_broker(fixture);
  g_autoptr(GSList) uris = soup_server_get_uris(fixture->broker);
  g_autofree char *url = g_uri_to_string(uris->data);
  g_uri_unref(uris->data);
  url[strlen(url) - 1] = '\0'; /* its slash */
  const char *urls[] = {away_broker != NULL ? away_broker : url, url, NULL};
  fixture->brokers = broker_list_new_of(urls);
  const ApiProxyConfig config = {
      .brokers = fixture->brokers, .max_requests = 2, .max_streams = 1, .answer_limit_ms = answer_limit_ms};
  fixture->proxy = api_proxy_new(fixture->session, &config, &fixture->counters);
  fixture->files = web_files_load(fixture->site->web, fixture->site->spice, &error);
  g_assert_no_error(error);
  const WebServerParts parts = {.files = fixture->files,
                                .proxy = fixture->proxy,
                                .counters = &fixture->counters,
                                .site = "Test \"site\"",
                                .metrics = metrics,
                                .readiness = readiness,
                                .user_data = fixture};
  const WebServerLimits limits = {.max_body_bytes = 1024,
                                  .connection = {.read_limit_ms = 1500, .idle_limit_ms = 1500}};
  fixture->web = web_server_new(&parts, &limits);
  return fixture;
}

PortalFixture *
portal_fixture_new(guint answer_limit_ms)
{
  return portal_fixture_new_beside(NULL, answer_limit_ms);
}

void
portal_fixture_stop_broker(PortalFixture *fixture)
{
  soup_session_abort(fixture->session);
  soup_server_disconnect(fixture->broker);
}

void
portal_fixture_free(PortalFixture *fixture)
{
  web_server_free(fixture->web);
  api_proxy_free(fixture->proxy);
  broker_list_free(fixture->brokers);
  g_object_unref(fixture->session);
  soup_server_disconnect(fixture->broker);
  g_object_unref(fixture->broker);
  web_files_free(fixture->files);
  test_site_free(fixture->site);
  g_free(fixture->missing);
  g_free(fixture);
}

int
portal_fixture_connect(PortalFixture *fixture, const char *address)
{
  int pair[2];
  g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair), ==, 0);
  web_server_take(fixture->web, pair[1], address, 50000);
  return pair[0];
}

void
portal_fixture_send(int fd, const char *text)
{
  size_t length = strlen(text);
  g_assert_cmpint(send(fd, text, length, MSG_NOSIGNAL), ==, (gssize)length);
}

typedef struct {
  int fd;
  const char *until;
  GString *text;
} Reading;

static gboolean
has_read(gpointer data)
{
  Reading *reading = data;
  char buffer[4096];
  ssize_t got = read(reading->fd, buffer, sizeof buffer);
  if (got > 0)
    g_string_append_len(reading->text, buffer, got);
  if (reading->until != NULL && strstr(reading->text->str, reading->until) != NULL)
    return TRUE;
  if (got == 0 || (got < 0 && errno != EAGAIN)) {
    if (reading->until != NULL)
      g_error("the connection ended without “%s”: %s", reading->until, reading->text->str);
    return TRUE;
  }
  return FALSE;
}

char *
portal_fixture_read(int fd, const char *until)
{
  Reading reading = {fd, until, g_string_new(NULL)};
  portal_fixture_wait(has_read, &reading);
  return g_string_free(reading.text, FALSE);
}

char *
portal_fixture_ask(PortalFixture *fixture, const char *request)
{
  int fd = portal_fixture_connect(fixture, "192.0.2.7");
  portal_fixture_send(fd, request);
  char *answer = portal_fixture_read(fd, NULL);
  close(fd);
  return answer;
}

static gboolean
on_tick(gpointer data)
{
  return G_SOURCE_CONTINUE;
}

/* The tick lets a condition look at a descriptor that the main loop does not watch. */
void
portal_fixture_wait(gboolean (*condition)(gpointer data), gpointer data)
{
  gint64 limit = g_get_monotonic_time() + WAIT_LIMIT_US;
  guint tick = g_timeout_add(2, on_tick, NULL);
  while (!condition(data)) {
    g_assert_cmpint(g_get_monotonic_time(), <, limit);
    g_main_context_iteration(NULL, TRUE);
  }
  g_source_remove(tick);
}
