/* SPDX-License-Identifier: Apache-2.0 */
#include "host/relay/relay_http.h"

#include "common/base/config.h"

#include <libsoup/soup.h>

struct RelayHttp {
  SoupServer *server;
  RelayHttpSources sources;
};

static void
answer(SoupServerMessage *message, guint status, const char *type, const char *text)
{
  soup_server_message_set_status(message, status, NULL);
  soup_server_message_set_response(message, type, SOUP_MEMORY_COPY, text, strlen(text));
}

static void
on_health(SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query,
          gpointer user_data)
{
  answer(message, SOUP_STATUS_OK, "text/plain", "ok\n");
}

static void
on_ready(SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query,
         gpointer user_data)
{
  const RelayHttp *http = user_data;
  if (!agent_port_has_agent(http->sources.agent))
    answer(message, SOUP_STATUS_SERVICE_UNAVAILABLE, "text/plain", "the host's agent is not connected\n");
  else if (!host_state_is_known(http->sources.state))
    answer(message, SOUP_STATUS_SERVICE_UNAVAILABLE, "text/plain", "the agent has not told its state yet\n");
  else
    answer(message, SOUP_STATUS_OK, "text/plain", "ready\n");
}

static void
add(GString *text, const char *name, const char *type, const char *help, guint64 value)
{
  g_string_append_printf(text, "# HELP caraway_relay_%s %s\n# TYPE caraway_relay_%s %s\n", name, help, name,
                         type);
  g_string_append_printf(text, "caraway_relay_%s %" G_GUINT64_FORMAT "\n", name, value);
}

static void
on_metrics(SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query,
           gpointer user_data)
{
  const RelayHttp *http = user_data;
  RelayCounters engine;
  relay_engine_get_counters(http->sources.engine, &engine);
  ConsoleGateCounters gate = console_gate_counters(http->sources.gate);
  g_autoptr(GString) text = g_string_new(NULL);
  add(text, "consoles", "gauge", "Consoles that live.", console_gate_size(http->sources.gate));
  add(text, "connections", "gauge", "Connections of clients and portals.", engine.active);
  add(text, "accepted_total", "counter", "Connections accepted.", engine.accepted);
  add(text, "over_limit_total", "counter", "Connections closed for want of room.", engine.over_limit);
  add(text, "over_address_limit_total", "counter",
      "Connections closed because their address had too many unfinished ones.", engine.over_address_limit);
  add(text, "channels_opened_total", "counter", "Channels opened to desktops.", gate.opened);
  add(text, "channels_refused_total", "counter", "Channels refused.", gate.refused);
  add(text, "handshakes_failed_total", "counter", "TLS handshakes that failed.", engine.handshakes_failed);
  add(text, "timed_out_total", "counter", "Connections ended by a time limit.", engine.timed_out);
  add(text, "malformed_total", "counter", "Connections that began with nonsense.", engine.malformed);
  add(text, "violations_total", "counter", "Consoles ended because the client broke the protocol.",
      engine.violations);
  add(text, "unparsed_streams_total", "counter", "Server streams passed on without being understood.",
      engine.unparsed_streams);
  add(text, "client_bytes_total", "counter", "Bytes sent to clients.", engine.to_client_bytes);
  add(text, "server_bytes_total", "counter", "Bytes sent to desktops.", engine.to_server_bytes);
  answer(message, SOUP_STATUS_OK, "text/plain; version=0.0.4", text->str);
}

static gboolean
start_listening(RelayHttp *http, const char *listen, GError **error)
{
  g_autofree char *host = NULL;
  guint16 port = 0;
  g_autoptr(GError) local = NULL;
  GSocketAddress *address = NULL;
  if (config_split_listen(listen, &host, &port))
    address = g_inet_socket_address_new_from_string(host, port);
  if (address == NULL) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG, "%s is not an IP address with a port", listen);
    return FALSE;
  }
  gboolean good = soup_server_listen(http->server, address, 0, &local);
  g_object_unref(address);
  if (good)
    return TRUE;
  gboolean taken = g_error_matches(local, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE);
  g_set_error(error, CARAWAY_ERROR, taken ? CARAWAY_ERROR_PORT_TAKEN : CARAWAY_ERROR_CONFIG,
              "cannot listen on %s for metrics: %s", listen, local->message);
  return FALSE;
}

RelayHttp *
relay_http_new(const char *listen, const RelayHttpSources *sources, GError **error)
{
  g_autoptr(RelayHttp) http = g_new0(RelayHttp, 1);
  http->sources = *sources;
  http->server = soup_server_new("server-header", "caraway-relay", NULL);
  soup_server_add_handler(http->server, "/healthz", on_health, http, NULL);
  soup_server_add_handler(http->server, "/readyz", on_ready, http, NULL);
  soup_server_add_handler(http->server, "/metrics", on_metrics, http, NULL);
  return start_listening(http, listen, error) ? g_steal_pointer(&http) : NULL;
}

void
relay_http_free(RelayHttp *http)
{
  if (http == NULL)
    return;
  soup_server_disconnect(http->server);
  g_object_unref(http->server);
  g_free(http);
}
