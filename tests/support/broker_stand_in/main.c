/* SPDX-License-Identifier: Apache-2.0 */
/*
 * broker-stand-in FOLDER [PORT]: makes the identities of a broker, a host and a relay in FOLDER, takes host
 * links at 127.0.0.1 and prints what it hears, one JSON text a line; what comes on standard input goes to the
 * host. Its own lines are {"type":"listening","port":n}, {"type":"opened"} and {"type":"closed"}. Ends with
 * standard input.
 */
#include "common/wire/host_message.h"
#include "tests/support/broker_stand_in/identities.h"

#include <gio/gunixinputstream.h>
#include <libsoup/soup.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  GMainLoop *loop;
  Credentials *credentials;
  SoupServer *server;
  SoupWebsocketConnection *socket; /* the newest link */
  GDataInputStream *input;
} StandIn;

static void
say(const char *line, gsize size)
{
  /* Not g_print(), which turns what the locale does not know into question marks. */
  (void)fwrite(line, 1, size, stdout);
  (void)fputc('\n', stdout);
  (void)fflush(stdout);
}

static void
on_message(SoupWebsocketConnection *socket, gint type, GBytes *bytes, gpointer data)
{
  gsize size = 0;
  const char *text = g_bytes_get_data(bytes, &size);
  say(text, size);
}

static void
on_closed(SoupWebsocketConnection *socket, gpointer data)
{
  StandIn *self = data;
  if (self->socket != socket)
    return;
  g_clear_object(&self->socket);
  say("{\"type\":\"closed\"}", strlen("{\"type\":\"closed\"}"));
}

static void
on_link(SoupServer *server, SoupServerMessage *message, const char *path, SoupWebsocketConnection *socket,
        gpointer data)
{
  StandIn *self = data;
  g_clear_object(&self->socket);
  self->socket = g_object_ref(socket);
  soup_websocket_connection_set_max_incoming_payload_size(socket, HOST_MESSAGE_MAX_SIZE);
  g_signal_connect(socket, "message", G_CALLBACK(on_message), self);
  g_signal_connect(socket, "closed", G_CALLBACK(on_closed), self);
  say("{\"type\":\"opened\"}", strlen("{\"type\":\"opened\"}"));
}

static gboolean
on_accept_certificate(SoupServerMessage *message, GTlsCertificate *peer, GTlsCertificateFlags problems,
                      gpointer data)
{
  StandIn *self = data;
  g_autoptr(Identity) identity = credentials_check_certificate(self->credentials, peer, NULL);
  return identity != NULL && identity->role == IDENTITY_HOST;
}

static void
on_request(SoupServer *server, SoupServerMessage *message, gpointer data)
{
  g_signal_connect(message, "accept-certificate", G_CALLBACK(on_accept_certificate), data);
}

static void
on_line(GObject *source, GAsyncResult *result, gpointer data)
{
  StandIn *self = data;
  gsize size = 0;
  g_autofree char *line =
      g_data_input_stream_read_line_finish(G_DATA_INPUT_STREAM(source), result, &size, NULL);
  if (line == NULL) {
    g_main_loop_quit(self->loop);
    return;
  }
  if (strcmp(line, "hang up") == 0 && self->socket != NULL)
    soup_websocket_connection_close(self->socket, SOUP_WEBSOCKET_CLOSE_GOING_AWAY, NULL);
  else if (self->socket != NULL)
    soup_websocket_connection_send_text(self->socket, line);
  g_data_input_stream_read_line_async(self->input, G_PRIORITY_DEFAULT, NULL, on_line, self);
}

static guint
serve(StandIn *self, guint port)
{
  char *protocols[] = {(char *)HOST_MESSAGE_SUBPROTOCOL, NULL};
  g_autoptr(GError) error = NULL;
  self->server = soup_server_new("tls-certificate", credentials_tls_certificate(self->credentials),
                                 "tls-auth-mode", G_TLS_AUTHENTICATION_REQUIRED, NULL);
  g_signal_connect(self->server, "request-started", G_CALLBACK(on_request), self);
  soup_server_add_websocket_handler(self->server, "/internal/hostlink", NULL, protocols, on_link, self, NULL);
  if (!soup_server_listen_local(self->server, port, SOUP_SERVER_LISTEN_HTTPS | SOUP_SERVER_LISTEN_IPV4_ONLY,
                                &error))
    g_error("no port: %s", error->message);
  GSList *uris = soup_server_get_uris(self->server);
  guint taken = (guint)g_uri_get_port(uris->data);
  g_slist_free_full(uris, (GDestroyNotify)g_uri_unref);
  return taken;
}

int
main(int argc, char **argv)
{
  if (argc < 2 || argc > 3)
    g_error("usage: %s FOLDER [PORT]", argv[0]);
  StandIn self = {.loop = g_main_loop_new(NULL, FALSE), .credentials = identities_open_broker(argv[1])};
  guint port = serve(&self, argc == 3 ? (guint)g_ascii_strtoull(argv[2], NULL, 10) : 0);
  g_autofree char *url = g_strdup_printf("https://127.0.0.1:%u", port);
  identities_make_host(argv[1], url);
  g_autofree char *line = g_strdup_printf("{\"type\":\"listening\",\"port\":%u}", port);
  say(line, strlen(line));
  g_autoptr(GInputStream) input = g_unix_input_stream_new(0, FALSE);
  self.input = g_data_input_stream_new(input);
  g_data_input_stream_read_line_async(self.input, G_PRIORITY_DEFAULT, NULL, on_line, &self);
  g_main_loop_run(self.loop);
  return EXIT_SUCCESS;
}
