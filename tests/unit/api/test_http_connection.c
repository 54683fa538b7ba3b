/* SPDX-License-Identifier: Apache-2.0 */
/* A connection and its limits of time, at times that the test names; a real client's TLS at the other end. */
#include "broker/api/http/http_connection.h"

#include <openssl/ec.h>
#include <openssl/x509.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SECOND_US G_USEC_PER_SEC
#define TURNS     1000

typedef struct {
  SSL_CTX *server_tls, *client_tls;
  ReadySet *set;
  HttpConnection *connection;
  SSL *client;
  int fd;
  gint64 began_us;
  guint requests, refusals, rests, ends;
} Fixture;

static gboolean
on_greet(HttpConnection *connection, X509 *certificate, gpointer data)
{
  return TRUE;
}

static gboolean
on_head(HttpConnection *connection, const HttpHead *head, gsize *ret_body_limit, gpointer data)
{
  *ret_body_limit = 100;
  return TRUE;
}

static void
answer(HttpConnection *connection)
{
  http_connection_answer(connection, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", "ok", 2);
}

static void
on_request(HttpConnection *connection, GBytes *body, gpointer data)
{
  ((Fixture *)data)->requests++;
  g_clear_pointer(&body, g_bytes_unref);
  answer(connection);
}

static void
on_refuse(HttpConnection *connection, guint status, const char *sentence, gpointer data)
{
  ((Fixture *)data)->refusals++;
  answer(connection);
}

static void
on_rests(HttpConnection *connection, gboolean rests, gpointer data)
{
  ((Fixture *)data)->rests += rests;
}

static void
on_ended(HttpConnection *connection, gpointer data)
{
  ((Fixture *)data)->ends++;
}

static const HttpConnectionEvents EVENTS = {on_greet, on_head, on_request, on_refuse, on_rests, on_ended};

static SSL_CTX *
make_server_tls(void)
{
  SSL_CTX *tls = SSL_CTX_new(TLS_server_method());
  EVP_PKEY *key = EVP_EC_gen("P-256");
  X509 *certificate = X509_new();
  X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  g_assert_cmpint(X509_sign(certificate, key, EVP_sha256()), >, 0);
  g_assert_cmpint(SSL_CTX_use_certificate(tls, certificate), ==, 1);
  g_assert_cmpint(SSL_CTX_use_PrivateKey(tls, key), ==, 1);
  X509_free(certificate);
  EVP_PKEY_free(key);
  return tls;
}

static void
set_up(Fixture *fixture, gconstpointer data)
{
  int pair[2];
  g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair), ==, 0);
  fixture->server_tls = make_server_tls();
  fixture->client_tls = SSL_CTX_new(TLS_client_method());
  fixture->set = ready_set_new(NULL);
  fixture->began_us = g_get_monotonic_time();
  fixture->connection = http_connection_new(tls_socket_new(fixture->server_tls, pair[0]), "192.0.2.1",
                                            fixture->set, &EVENTS, fixture);
  fixture->fd = pair[1];
  fixture->client = SSL_new(fixture->client_tls);
  SSL_set_fd(fixture->client, fixture->fd);
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
  http_connection_abort(fixture->connection);
  g_assert_cmpuint(fixture->ends, ==, 1);
  http_connection_unref(fixture->connection);
  SSL_free(fixture->client);
  close(fixture->fd);
  ready_set_free(fixture->set);
  SSL_CTX_free(fixture->client_tls);
  SSL_CTX_free(fixture->server_tls);
}

static void
turn(void)
{
  while (g_main_context_iteration(NULL, FALSE))
    ;
}

static void
shake_hands(Fixture *fixture)
{
  for (guint i = 0; i < TURNS && SSL_connect(fixture->client) != 1; i++)
    turn();
  turn();
  g_assert_cmpuint(fixture->rests, ==, 1);
}

static void
say(Fixture *fixture, const char *text)
{
  g_assert_cmpint(SSL_write(fixture->client, text, (int)strlen(text)), ==, strlen(text));
  turn();
}

/* Whether it is open still when so many seconds have gone since it began, and not a second later. */
static void
assert_limit(Fixture *fixture, gint64 seconds)
{
  http_connection_check_time(fixture->connection, fixture->began_us + (seconds - 1) * SECOND_US);
  g_assert_true(http_connection_is_open(fixture->connection));
  http_connection_check_time(fixture->connection, g_get_monotonic_time() + (seconds + 1) * SECOND_US);
  g_assert_false(http_connection_is_open(fixture->connection));
}

static void
test_handshake_has_its_time(Fixture *fixture, gconstpointer data)
{
  turn();
  assert_limit(fixture, 10);
}

static void
test_rest_has_its_time(Fixture *fixture, gconstpointer data)
{
  shake_hands(fixture);
  assert_limit(fixture, 75);
}

/* However often a byte of it comes. */
static void
test_a_head_has_its_time(Fixture *fixture, gconstpointer data)
{
  shake_hands(fixture);
  say(fixture, "GET / HTTP/1.1\r\n");
  for (guint i = 0; i < 10; i++)
    say(fixture, "X: y\r\n");
  assert_limit(fixture, 30);
}

static void
test_a_body_has_the_time_of_its_head(Fixture *fixture, gconstpointer data)
{
  shake_hands(fixture);
  say(fixture, "POST / HTTP/1.1\r\nContent-Length: 100\r\n\r\n");
  for (guint i = 0; i < 10; i++)
    say(fixture, "x");
  assert_limit(fixture, 30);
}

static void
test_it_rests_again_after_an_answer(Fixture *fixture, gconstpointer data)
{
  char buffer[256];
  shake_hands(fixture);
  for (guint i = 1; i <= 3; i++) {
    say(fixture, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    g_assert_cmpuint(fixture->requests, ==, i);
    g_assert_cmpint(SSL_read(fixture->client, buffer, sizeof buffer), >, 0);
    g_assert_cmpuint(fixture->rests, ==, i + 1);
  }
  g_assert_false(http_connection_is_busy(fixture->connection));
  assert_limit(fixture, 75);
}

/* Who does not read the end is read on for a while, so that the refusal arrives. */
static void
test_after_a_refusal_it_reads_on_for_a_while(Fixture *fixture, gconstpointer data)
{
  shake_hands(fixture);
  say(fixture, "POST / HTTP/1.1\r\nContent-Length: 101\r\n\r\n");
  g_assert_cmpuint(fixture->refusals, ==, 1);
  say(fixture, "what is left");
  g_assert_cmpuint(fixture->requests, ==, 0);
  assert_limit(fixture, 5);
}

#define ADD(name, function) g_test_add("/http-connection/" name, Fixture, NULL, set_up, function, tear_down)

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  ADD("limit/handshake", test_handshake_has_its_time);
  ADD("limit/rest", test_rest_has_its_time);
  ADD("limit/head", test_a_head_has_its_time);
  ADD("limit/body", test_a_body_has_the_time_of_its_head);
  ADD("limit/rest-again", test_it_rests_again_after_an_answer);
  ADD("limit/discard", test_after_a_refusal_it_reads_on_for_a_while);
  return g_test_run();
}
