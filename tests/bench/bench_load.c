/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asks an HTTPS server for something over a few connections that are kept, one request after another on each,
 * and prints one line of JSON. What it asks for: "get" the desktops of a user again and again for some
 * seconds, or "connect" each of many users to their pool once.
 */
#include "tests/bench/bench_world.h"

#include <arpa/inet.h>
#include <glib/gprintf.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <string.h>
#include <unistd.h>

#define ANSWER_MAX (256 * 1024)

typedef struct {
  guint16 port;
  SSL_CTX *tls;
  BenchWorld world;
  gboolean connects;
  gint64 end_us;   /* of "get" */
  gint next, last; /* users of "connect"; next is atomic */
  gint failures;   /* atomic */
  GMutex mutex;
  GArray *took_us;
  char *sample; /* (nullable) the last body */
} Load;

typedef struct {
  Load *load;
  SSL *ssl;
  int socket;
  char *buffer;
  gboolean ends_each; /* the server ends a connection after its answer */
} Link;

static void
open_link(Link *link)
{
  link->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons(link->load->port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  const int on = 1;
  setsockopt(link->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (connect(link->socket, (const struct sockaddr *)&address, sizeof address) != 0)
    g_error("Port %u does not answer.", link->load->port);
  link->ssl = SSL_new(link->load->tls);
  SSL_set_fd(link->ssl, link->socket);
  if (SSL_connect(link->ssl) != 1)
    g_error("Port %u does not talk TLS as we do.", link->load->port);
  link->buffer = g_malloc(ANSWER_MAX);
}

static void
close_link(Link *link)
{
  SSL_free(link->ssl);
  close(link->socket);
  g_free(link->buffer);
}

/* Reads one whole answer; returns its status, 0 when there was none. */
static guint
read_answer(Link *link, const char **ret_body)
{
  gsize size = 0, wanted = ANSWER_MAX - 1;
  *ret_body = NULL;
  while (size < wanted) {
    int got = SSL_read(link->ssl, link->buffer + size, (int)(ANSWER_MAX - 1 - size));
    if (got <= 0)
      return 0;
    size += (gsize)got;
    link->buffer[size] = '\0';
    const char *end = *ret_body == NULL ? strstr(link->buffer, "\r\n\r\n") : NULL;
    if (end == NULL)
      continue;
    const char *length = strcasestr(link->buffer, "\r\nContent-Length:");
    *ret_body = end + 4;
    wanted = (gsize)(end + 4 - link->buffer) + (length != NULL ? strtoul(length + 17, NULL, 10) : 0);
  }
  return (guint)strtoul(link->buffer + strlen("HTTP/1.1 "), NULL, 10);
}

/* Over a new connection, once it is known that the server ends each after its answer. */
static guint
exchange(Link *link, const char *request, const char **ret_body)
{
  if (link->ends_each) {
    close_link(link);
    open_link(link);
  }
  return SSL_write(link->ssl, request, (int)strlen(request)) > 0 ? read_answer(link, ret_body) : 0;
}

static gboolean
ask(Link *link, guint user, const char *method, const char *path, char **ret_body)
{
  g_autofree char *token = bench_world_token(user);
  gboolean posts = g_str_equal(method, "POST");
  g_autofree char *text = g_strdup_printf(
      "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nAuthorization: Bearer %s\r\n%s\r\n", method, path,
      link->load->port, token, posts ? "Content-Type: application/json\r\nContent-Length: 2\r\n" : "");
  g_autofree char *whole = g_strconcat(text, posts ? "{}" : "", NULL);
  const char *body;
  gint64 began_us = g_get_monotonic_time();
  guint status = exchange(link, whole, &body);
  if (status == 0 && !link->ends_each) { /* a server may end a connection between two requests */
    link->ends_each = TRUE;
    status = exchange(link, whole, &body);
  }
  gint64 took_us = g_get_monotonic_time() - began_us;
  if (status != 200 && g_atomic_int_add(&link->load->failures, 1) == 0)
    g_printerr("%u: %s\n", status, status != 0 ? body : "no answer");
  if (ret_body != NULL)
    *ret_body = g_strdup(status != 0 ? body : "");
  g_mutex_lock(&link->load->mutex);
  g_array_append_val(link->load->took_us, took_us);
  g_mutex_unlock(&link->load->mutex);
  return status == 200;
}

static gpointer
run_get(gpointer data)
{
  Link link = {.load = data};
  guint user = (guint)g_atomic_int_add(&link.load->next, 1);
  open_link(&link);
  g_autofree char *body = NULL;
  gboolean good = ask(&link, user, "GET", "/api/v1/desktops", &body);
  while (good && g_get_monotonic_time() < link.load->end_us)
    good = ask(&link, user, "GET", "/api/v1/desktops", NULL);
  g_mutex_lock(&link.load->mutex);
  g_free(link.load->sample);
  link.load->sample = g_steal_pointer(&body);
  g_mutex_unlock(&link.load->mutex);
  close_link(&link);
  return NULL;
}

static gpointer
run_connect(gpointer data)
{
  Link link = {.load = data};
  open_link(&link);
  gboolean good = TRUE;
  for (gint user = g_atomic_int_add(&link.load->next, 1); user < link.load->last && good;
       user = g_atomic_int_add(&link.load->next, 1)) {
    g_autofree char *pool = bench_world_pool(&link.load->world, (guint)user);
    g_autofree char *path = g_strdup_printf("/api/v1/pools/%s/connect", pool);
    good = ask(&link, (guint)user, "POST", path, NULL);
  }
  close_link(&link);
  return NULL;
}

static int
compare(gconstpointer a, gconstpointer b)
{
  gint64 one = *(const gint64 *)a, other = *(const gint64 *)b;
  return one < other ? -1 : one > other;
}

static void
report(Load *load, double seconds, const char *body_file)
{
  GArray *took = load->took_us;
  g_array_sort(took, compare);
  g_printf("{\"count\": %u, \"failures\": %d, \"per_second\": %.1f, \"p50_us\": %" G_GINT64_FORMAT
           ", \"p99_us\": %" G_GINT64_FORMAT "}\n",
           took->len, load->failures, (took->len - (guint)load->failures) / seconds,
           g_array_index(took, gint64, took->len / 2), g_array_index(took, gint64, took->len * 99 / 100));
  if (body_file != NULL && load->sample != NULL)
    g_file_set_contents(body_file, load->sample, -1, NULL);
}

static void
run(Load *load, guint connections, const char *body_file)
{
  g_autofree GThread **threads = g_new0(GThread *, connections);
  gint64 began_us = g_get_monotonic_time();
  for (guint i = 0; i < connections; i++)
    threads[i] = g_thread_new("load", load->connects ? run_connect : run_get, load);
  for (guint i = 0; i < connections; i++)
    g_thread_join(threads[i]);
  report(load, (double)(g_get_monotonic_time() - began_us) / G_USEC_PER_SEC, body_file);
}

int
main(int argc, char **argv)
{
  gint connections = 4, seconds = 3, first = 0, count = 100, pools = 1;
  g_autofree char *body_file = NULL;
  const GOptionEntry entries[] = {
      {"connections", 0, 0, G_OPTION_ARG_INT, &connections, "So many at once", "N"},
      {"seconds", 0, 0, G_OPTION_ARG_INT, &seconds, "So long (get)", "S"},
      {"first", 0, 0, G_OPTION_ARG_INT, &first, "From this user on", "N"},
      {"count", 0, 0, G_OPTION_ARG_INT, &count, "So many users (connect)", "N"},
      {"pools", 0, 0, G_OPTION_ARG_INT, &pools, "As many pools as there are", "N"},
      {"body", 0, 0, G_OPTION_ARG_FILENAME, &body_file, "Write the body of an answer there", "FILE"},
      {0},
  };
  g_autoptr(GError) error = NULL;
  g_autoptr(GOptionContext) context = g_option_context_new("PORT CA get|connect");
  g_option_context_add_main_entries(context, entries, NULL);
  if (!g_option_context_parse(context, &argc, &argv, &error) || argc != 4) {
    g_printerr("%s\n", error != NULL ? error->message : "Name the port, the CA's file and what to do.");
    return 2;
  }
  Load load = {.port = (guint16)g_ascii_strtoull(argv[1], NULL, 10),
               .tls = SSL_CTX_new(TLS_client_method()),
               .world = {.pools = (guint)pools},
               .connects = g_str_equal(argv[3], "connect"),
               .end_us = g_get_monotonic_time() + seconds * (gint64)G_USEC_PER_SEC,
               .next = first,
               .last = first + count,
               .took_us = g_array_new(FALSE, FALSE, sizeof(gint64))};
  SSL_CTX_set_verify(load.tls, SSL_VERIFY_PEER, NULL);
  if (SSL_CTX_load_verify_locations(load.tls, argv[2], NULL) != 1)
    g_error("%s is no CA.", argv[2]);
  run(&load, (guint)connections, body_file);
  g_array_unref(load.took_us);
  g_free(load.sample);
  SSL_CTX_free(load.tls);
  return load.failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
