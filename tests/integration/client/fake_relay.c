/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/integration/client/fake_relay.h"

#include <string.h>

#define MAX_REQUEST 8192
#define ECHO_BUFFER 65536

struct FakeRelay {
  GSocketService *service; /* runs its handlers in threads, and owns this: a handler may outlast the test */
  GTlsCertificate *certificate;
  char *answer;
  guint16 port;
  GMutex lock;
  char *request;
  GMainContext *context;
  GMainLoop *loop;
  GThread *thread;
};

static void
echo(GIOStream *stream)
{
  g_autofree char *buffer = g_malloc(ECHO_BUFFER);
  gssize size = 0;
  while ((size = g_input_stream_read(g_io_stream_get_input_stream(stream), buffer, ECHO_BUFFER, NULL, NULL)) >
         0) {
    if (!g_output_stream_write_all(g_io_stream_get_output_stream(stream), buffer, (gsize)size, NULL, NULL,
                                   NULL))
      return;
  }
}

static char *
read_request(GIOStream *stream)
{
  g_autoptr(GString) request = g_string_new(NULL);
  char byte = 0;
  while (request->len < MAX_REQUEST && !g_str_has_suffix(request->str, "\r\n\r\n")) {
    if (g_input_stream_read(g_io_stream_get_input_stream(stream), &byte, 1, NULL, NULL) != 1)
      return NULL;
    g_string_append_c(request, byte);
  }
  return g_string_free(g_steal_pointer(&request), FALSE);
}

static gboolean
on_run(GThreadedSocketService *service, GSocketConnection *connection, GObject *source, gpointer user_data)
{
  FakeRelay *relay = user_data;
  g_autoptr(GIOStream) stream =
      g_tls_server_connection_new(G_IO_STREAM(connection), relay->certificate, NULL);
  char *request = read_request(stream);
  if (request == NULL)
    return TRUE;
  g_mutex_lock(&relay->lock);
  g_free(relay->request);
  relay->request = request;
  g_mutex_unlock(&relay->lock);
  g_output_stream_write_all(g_io_stream_get_output_stream(stream), relay->answer, strlen(relay->answer), NULL,
                            NULL, NULL);
  if (g_str_has_prefix(relay->answer, "HTTP/1.1 200"))
    echo(stream);
  g_io_stream_close(stream, NULL, NULL);
  return TRUE;
}

static gpointer
relay_main(gpointer data)
{
  FakeRelay *relay = data;
  g_main_context_push_thread_default(relay->context);
  g_socket_service_start(relay->service);
  g_main_loop_run(relay->loop);
  g_main_context_pop_thread_default(relay->context);
  return NULL;
}

static void
relay_destroy(gpointer data)
{
  FakeRelay *relay = data;
  g_object_unref(relay->certificate);
  g_main_loop_unref(relay->loop);
  g_main_context_unref(relay->context);
  g_mutex_clear(&relay->lock);
  g_free(relay->answer);
  g_free(relay->request);
  g_free(relay);
}

FakeRelay *
fake_relay_new(const char *folder, const char *answer)
{
  g_autoptr(GError) error = NULL;
  FakeRelay *relay = g_new0(FakeRelay, 1);
  g_mutex_init(&relay->lock);
  relay->answer = g_strdup(answer);
  g_autofree char *certificate = g_build_filename(folder, "tls.crt", NULL);
  g_autofree char *key = g_build_filename(folder, "tls.key", NULL);
  relay->certificate = g_tls_certificate_new_from_files(certificate, key, &error);
  g_assert_no_error(error);
  relay->context = g_main_context_new();
  relay->loop = g_main_loop_new(relay->context, FALSE);
  g_main_context_push_thread_default(relay->context);
  relay->service = g_threaded_socket_service_new(16);
  g_autoptr(GInetAddress) loopback = g_inet_address_new_loopback(G_SOCKET_FAMILY_IPV4);
  g_autoptr(GSocketAddress) any = g_inet_socket_address_new(loopback, 0);
  g_autoptr(GSocketAddress) bound = NULL;
  g_socket_listener_add_address(G_SOCKET_LISTENER(relay->service), any, G_SOCKET_TYPE_STREAM,
                                G_SOCKET_PROTOCOL_TCP, NULL, &bound, &error);
  g_assert_no_error(error);
  relay->port = g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(bound));
  g_object_set_data_full(G_OBJECT(relay->service), "relay", relay, relay_destroy);
  g_signal_connect(relay->service, "run", G_CALLBACK(on_run), relay);
  g_main_context_pop_thread_default(relay->context);
  relay->thread = g_thread_new("relay", relay_main, relay);
  return relay;
}

guint16
fake_relay_port(const FakeRelay *relay)
{
  return relay->port;
}

char *
fake_relay_request(FakeRelay *relay)
{
  g_mutex_lock(&relay->lock);
  char *request = g_strdup(relay->request);
  g_mutex_unlock(&relay->lock);
  return request;
}

void
fake_relay_free(FakeRelay *relay)
{
  GSocketService *service = relay->service;
  g_main_loop_quit(relay->loop);
  g_thread_join(relay->thread);
  g_socket_service_stop(service);
  g_socket_listener_close(G_SOCKET_LISTENER(service));
  g_object_unref(service);
}

static void
run(const char *folder, const char *command)
{
  g_autoptr(GError) error = NULL;
  g_auto(GStrv) argv = NULL;
  int status = 0;
  g_shell_parse_argv(command, NULL, &argv, &error);
  g_assert_no_error(error);
  g_spawn_sync(folder, argv, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, NULL, NULL,
               &status, &error);
  g_assert_no_error(error);
  g_assert_cmpint(status, ==, 0);
}

#define NEW_KEY "openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes "

char *
fake_relay_make_certificates(void)
{
  g_autoptr(GError) error = NULL;
  char *folder = g_dir_make_tmp("caraway-relay-XXXXXX", &error);
  g_assert_no_error(error);
  g_autofree char *names = g_build_filename(folder, "names", NULL);
  g_file_set_contents(names,
                      "subjectAltName=IP:127.0.0.1,"
                      "URI:caraway://7a5f0f0e-6f0e-4a43-9d1c-0d6c7a7b1c11/relay/kvm1\n",
                      -1, &error);
  g_assert_no_error(error);
  run(folder, NEW_KEY "-x509 -keyout ca.key -out ca.pem -days 2 -subj /CN=Test-CA");
  run(folder, NEW_KEY "-x509 -keyout other-ca.key -out other-ca.pem -days 2 -subj /CN=Test-CA");
  run(folder, NEW_KEY "-keyout tls.key -out tls.csr -subj /CN=kvm1");
  run(folder, "openssl x509 -req -in tls.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names "
              "-out tls.crt");
  return folder;
}
