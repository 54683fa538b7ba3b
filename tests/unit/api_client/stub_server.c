/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/api_client/stub_server.h"

#include <glib/gstdio.h>
#include <string.h>

struct StubServer {
  GMainContext *context;
  GMainLoop *loop;
  GThread *thread;
  SoupServer *server;
  GTlsCertificate *certificate;
  char *folder;
  char *certificate_path;
  char *key_path;
  char *address;
};

static void
make_certificate(StubServer *stub)
{
  const char *const command[] = {"openssl",
                                 "req",
                                 "-x509",
                                 "-newkey",
                                 "ec",
                                 "-pkeyopt",
                                 "ec_paramgen_curve:P-256",
                                 "-nodes",
                                 "-days",
                                 "2",
                                 "-subj",
                                 "/CN=stub",
                                 "-addext",
                                 "subjectAltName=IP:127.0.0.1",
                                 "-keyout",
                                 stub->key_path,
                                 "-out",
                                 stub->certificate_path,
                                 NULL};
  g_autoptr(GError) error = NULL;
  g_autofree char *output = NULL;
  int status = 0;
  g_spawn_sync(NULL, (char **)command, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, &output, &status, &error);
  g_assert_no_error(error);
  if (!g_spawn_check_wait_status(status, &error))
    g_error("openssl: %s %s", error->message, output);
  stub->certificate = g_tls_certificate_new_from_files(stub->certificate_path, stub->key_path, &error);
  g_assert_no_error(error);
}

static gpointer
run(gpointer data)
{
  StubServer *stub = data;
  g_main_context_push_thread_default(stub->context);
  g_main_loop_run(stub->loop);
  g_main_context_pop_thread_default(stub->context);
  return NULL;
}

StubServer *
stub_server_new(SoupServerCallback handler, gpointer data)
{
  StubServer *stub = g_new0(StubServer, 1);
  g_autoptr(GError) error = NULL;
  stub->folder = g_dir_make_tmp("caraway-stub-XXXXXX", &error);
  g_assert_no_error(error);
  stub->certificate_path = g_build_filename(stub->folder, "cert.pem", NULL);
  stub->key_path = g_build_filename(stub->folder, "key.pem", NULL);
  make_certificate(stub);
  stub->context = g_main_context_new();
  stub->loop = g_main_loop_new(stub->context, FALSE);
  g_main_context_push_thread_default(stub->context);
  stub->server = soup_server_new("tls-certificate", stub->certificate, NULL);
  soup_server_add_handler(stub->server, NULL, handler, data, NULL);
  g_autoptr(GSocketAddress) any = g_inet_socket_address_new_from_string("127.0.0.1", 0);
  soup_server_listen(stub->server, any, SOUP_SERVER_LISTEN_HTTPS, &error);
  g_assert_no_error(error);
  g_main_context_pop_thread_default(stub->context);
  GSList *uris = soup_server_get_uris(stub->server);
  stub->address = g_strdup_printf("127.0.0.1:%d", g_uri_get_port(uris->data));
  g_slist_free_full(uris, (GDestroyNotify)g_uri_unref);
  stub->thread = g_thread_new("stub-server", run, stub);
  return stub;
}

const char *
stub_server_address(StubServer *server)
{
  return server->address;
}

const char *
stub_server_ca_file(StubServer *server)
{
  return server->certificate_path;
}

char *
stub_server_fingerprint(StubServer *server)
{
  g_autoptr(GByteArray) der = NULL;
  g_object_get(server->certificate, "certificate", &der, NULL);
  return g_compute_checksum_for_data(G_CHECKSUM_SHA256, der->data, der->len);
}

void
stub_server_answer(SoupServerMessage *message, guint status, const char *type, const char *text)
{
  soup_server_message_set_status(message, status, NULL);
  soup_server_message_set_response(message, type, SOUP_MEMORY_COPY, text, strlen(text));
}

static gboolean
on_stop(gpointer data)
{
  StubServer *stub = data;
  soup_server_disconnect(stub->server);
  g_main_loop_quit(stub->loop);
  return G_SOURCE_REMOVE;
}

void
stub_server_free(StubServer *server)
{
  if (server == NULL)
    return;
  g_main_context_invoke(server->context, on_stop, server);
  g_thread_join(server->thread);
  g_object_unref(server->server);
  while (g_main_context_iteration(server->context, FALSE))
    continue;
  g_main_loop_unref(server->loop);
  g_main_context_unref(server->context);
  g_object_unref(server->certificate);
  g_unlink(server->certificate_path);
  g_unlink(server->key_path);
  g_rmdir(server->folder);
  g_free(server->certificate_path);
  g_free(server->key_path);
  g_free(server->folder);
  g_free(server->address);
  g_free(server);
}
