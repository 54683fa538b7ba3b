/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The peer of the API benchmark: the least that libsoup can do. One handler, in the main loop, answers every
 * request with the same bytes over TLS. Prints its port, and ends with its standard input.
 */
#include <glib/gprintf.h>
#include <libsoup/soup.h>
#include <unistd.h>

typedef struct {
  char *body;
  gsize size;
  GMainLoop *loop;
} Bare;

static void
on_request(SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  Bare *bare = data;
  SoupMessageHeaders *headers = soup_server_message_get_response_headers(message);
  soup_message_headers_replace(headers, "Cache-Control", "no-store");
  soup_message_headers_replace(headers, "X-Content-Type-Options", "nosniff");
  soup_server_message_set_status(message, 200, NULL);
  soup_server_message_set_response(message, "application/json", SOUP_MEMORY_COPY, bare->body, bare->size);
}

static gboolean
on_input(GIOChannel *channel, GIOCondition condition, gpointer data)
{
  char byte;
  if (read(STDIN_FILENO, &byte, 1) > 0)
    return G_SOURCE_CONTINUE;
  g_main_loop_quit(((Bare *)data)->loop);
  return G_SOURCE_REMOVE;
}

static void
watch_input(Bare *bare)
{
  GIOChannel *channel = g_io_channel_unix_new(STDIN_FILENO);
  g_io_add_watch(channel, G_IO_IN | G_IO_HUP, on_input, bare);
  g_io_channel_unref(channel);
}

static gboolean
serve(Bare *bare, const char *certificate_file, const char *key_file, GError **error)
{
  g_autoptr(GTlsCertificate) certificate =
      g_tls_certificate_new_from_files(certificate_file, key_file, error);
  if (certificate == NULL)
    return FALSE;
  g_autoptr(SoupServer) server = soup_server_new("tls-certificate", certificate, NULL);
  soup_server_add_handler(server, NULL, on_request, bare, NULL);
  if (!soup_server_listen_local(server, 0, SOUP_SERVER_LISTEN_HTTPS | SOUP_SERVER_LISTEN_IPV4_ONLY, error))
    return FALSE;
  GSList *uris = soup_server_get_uris(server);
  g_printf("%d\n", g_uri_get_port(uris->data));
  fflush(stdout);
  g_slist_free_full(uris, (GDestroyNotify)g_uri_unref);
  watch_input(bare);
  bare->loop = g_main_loop_new(NULL, FALSE);
  g_main_loop_run(bare->loop);
  g_main_loop_unref(bare->loop);
  soup_server_disconnect(server);
  return TRUE;
}

int
main(int argc, char **argv)
{
  g_autoptr(GError) error = NULL;
  Bare bare = {0};
  if (argc != 4) {
    g_printerr("Usage: bench-bare CERTIFICATE KEY BODY\n");
    return 2;
  }
  if (g_file_get_contents(argv[3], &bare.body, &bare.size, &error) &&
      serve(&bare, argv[1], argv[2], &error)) {
    g_free(bare.body);
    return 0;
  }
  g_printerr("%s\n", error->message);
  return 1;
}
