/* SPDX-License-Identifier: Apache-2.0 */
#include "host/host_http.h"

#include "common/base/config.h"
#include "common/base/error.h"

#include <libsoup/soup.h>
#include <string.h>

struct HostHttp {
  SoupServer *server;
  const Agent *agent;
};

static void
answer(SoupServerMessage *message, guint status, const char *type, char *text)
{
  soup_server_message_set_status(message, status, NULL);
  soup_server_message_set_response(message, type, SOUP_MEMORY_TAKE, text, strlen(text));
}

static void
on_request(SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query,
           gpointer user_data)
{
  const HostHttp *http = user_data;
  const char *method = soup_server_message_get_method(message);
  if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
    answer(message, SOUP_STATUS_METHOD_NOT_ALLOWED, "text/plain", g_strdup("GET only\n"));
  else if (strcmp(path, "/healthz") == 0)
    answer(message, SOUP_STATUS_OK, "text/plain", g_strdup("ok\n"));
  else if (strcmp(path, "/readyz") == 0 && agent_is_ready(http->agent))
    answer(message, SOUP_STATUS_OK, "text/plain", g_strdup("ready\n"));
  else if (strcmp(path, "/readyz") == 0)
    answer(message, SOUP_STATUS_SERVICE_UNAVAILABLE, "text/plain", g_strdup("not linked with the broker\n"));
  else if (strcmp(path, "/metrics") == 0)
    answer(message, SOUP_STATUS_OK, "text/plain; version=0.0.4", agent_metrics(http->agent));
  else
    answer(message, SOUP_STATUS_NOT_FOUND, "text/plain", g_strdup("/healthz /readyz /metrics\n"));
}

static gboolean
listen_at(SoupServer *server, const char *text, GError **error)
{
  g_autofree char *host = NULL;
  guint16 port = 0;
  g_autoptr(GError) local = NULL;
  if (config_split_listen(text, &host, &port)) {
    g_autoptr(GSocketAddress) address = g_inet_socket_address_new_from_string(host, port);
    if (address != NULL && soup_server_listen(server, address, 0, &local))
      return TRUE;
  }
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_PORT_TAKEN, "Cannot listen at host.http-listen = %s: %s",
              text, local != NULL ? local->message : "it must be an IP address and a port");
  return FALSE;
}

HostHttp *
host_http_new(const Agent *agent, const char *listen, GError **error)
{
  g_autoptr(HostHttp) http = g_new0(HostHttp, 1);
  http->agent = agent;
  http->server = soup_server_new(NULL, NULL);
  soup_server_add_handler(http->server, NULL, on_request, http, NULL);
  if (!listen_at(http->server, listen, error))
    return NULL;
  return g_steal_pointer(&http);
}

void
host_http_free(HostHttp *http)
{
  if (http == NULL)
    return;
  soup_server_disconnect(http->server);
  g_object_unref(http->server);
  g_free(http);
}
