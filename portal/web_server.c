/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/web_server.h"

#include "common/base/json.h"
#include "portal/forward_headers.h"
#include "portal/problem.h"

#include <string.h>

struct WebServer {
  SoupServer *soup;
  WebServerParts parts;
  WebServerLimits limits;
  FrontSet *connections;
  gboolean is_draining;
};

typedef void (*RouteHandler)(WebServer *server, SoupServerMessage *message, const char *path);

static gboolean
is_get(SoupServerMessage *message)
{
  const char *method = soup_server_message_get_method(message);
  return method == SOUP_METHOD_GET || method == SOUP_METHOD_HEAD;
}

static void
answer_text(SoupServerMessage *message, guint status, const char *type, const char *text)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers(message);
  page_headers_apply(headers, PAGE_DATA);
  soup_message_headers_replace(headers, "Cache-Control", "no-store");
  soup_server_message_set_status(message, status, NULL);
  soup_server_message_set_response(message, type, SOUP_MEMORY_COPY, text, strlen(text));
}

static void
serve_api(WebServer *server, SoupServerMessage *message, const char *path)
{
  if (forward_path_is_allowed(path))
    api_proxy_answer(server->parts.proxy, message);
  else
    problem_answer(message, CARAWAY_ERROR_INVALID, "This is not a path of the API.");
}

static void
serve_health(WebServer *server, SoupServerMessage *message, const char *path)
{
  answer_text(message, 200, "text/plain; charset=utf-8", "ok\n");
}

static void
serve_readiness(WebServer *server, SoupServerMessage *message, const char *path)
{
  g_autofree char *missing = server->parts.readiness(server->parts.user_data);
  g_autofree char *text = g_strdup_printf("%s\n", missing != NULL ? missing : "ready");
  answer_text(message, missing != NULL ? 503 : 200, "text/plain; charset=utf-8", text);
}

/* The public sees no numbers: only this machine does, where the monitoring's agent runs. */
static void
serve_metrics(WebServer *server, SoupServerMessage *message, const char *path)
{
  g_autoptr(GInetAddress) client =
      g_inet_address_new_from_string(front_connection_client(front_connection_of(message)));
  if (client == NULL || !g_inet_address_get_is_loopback(client)) {
    problem_answer(message, CARAWAY_ERROR_NOT_FOUND, "There is nothing at this address.");
    return;
  }
  g_autofree char *text = server->parts.metrics(server->parts.user_data);
  answer_text(message, 200, "text/plain; version=0.0.4; charset=utf-8", text);
}

/* What the app shows before anybody has signed in. */
static void
serve_site(WebServer *server, SoupServerMessage *message, const char *path)
{
  g_autoptr(JsonBuilder) builder = json_builder_new();
  json_builder_begin_object(builder);
  json_builder_set_member_name(builder, "site");
  json_builder_add_string_value(builder, server->parts.site);
  json_builder_set_member_name(builder, "version");
  json_builder_add_string_value(builder, CARAWAY_VERSION);
  json_builder_end_object(builder);
  g_autofree char *text = json_builder_text(builder);
  answer_text(message, 200, "application/json", text);
}

static void
serve_file(WebServer *server, SoupServerMessage *message, const char *path)
{
  const WebFile *file = web_files_lookup(server->parts.files, path);
  if (file == NULL) {
    problem_answer(message, CARAWAY_ERROR_NOT_FOUND, "There is nothing at this address.");
    return;
  }
  SoupMessageHeaders *headers = soup_server_message_get_response_headers(message);
  page_headers_apply(headers, file->kind);
  /* Kept, but asked for each time: an upgrade of the portal shows at once, and costs a 304 otherwise. */
  soup_message_headers_replace(headers, "Cache-Control", "no-cache");
  soup_message_headers_replace(headers, "ETag", file->etag);
  const char *known =
      soup_message_headers_get_list(soup_server_message_get_request_headers(message), "If-None-Match");
  if (known != NULL && strstr(known, file->etag) != NULL) {
    soup_server_message_set_status(message, 304, NULL);
    return;
  }
  gsize size = 0;
  const char *bytes = g_bytes_get_data(file->bytes, &size);
  soup_server_message_set_status(message, 200, NULL);
  /* Static: the files outlive the server. */
  soup_server_message_set_response(message, file->content_type, SOUP_MEMORY_STATIC, bytes, size);
}

static const struct {
  const char *path;
  gboolean is_prefix;
  gboolean is_get_only;
  RouteHandler serve;
} routes[] = {
    {"/api/", TRUE, FALSE, serve_api},         {"/healthz", FALSE, TRUE, serve_health},
    {"/readyz", FALSE, TRUE, serve_readiness}, {"/metrics", FALSE, TRUE, serve_metrics},
    {"/site.json", FALSE, TRUE, serve_site},   {"/", TRUE, TRUE, serve_file},
};

static gboolean
route_matches(guint route, const char *path)
{
  return routes[route].is_prefix ? g_str_has_prefix(path, routes[route].path)
                                 : g_str_equal(path, routes[route].path);
}

static void
on_request(SoupServer *soup, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  WebServer *server = data;
  server->parts.counters->requests++;
  if (server->is_draining)
    soup_message_headers_replace(soup_server_message_get_response_headers(message), "Connection", "close");
  for (guint i = 0; i < G_N_ELEMENTS(routes); i++) {
    if (!route_matches(i, path))
      continue;
    if (routes[i].is_get_only && !is_get(message)) {
      problem_answer(message, CARAWAY_ERROR_INVALID, "Only GET is possible here.");
      soup_message_headers_replace(soup_server_message_get_response_headers(message), "Allow", "GET, HEAD");
      soup_server_message_set_status(message, 405, NULL);
    } else {
      routes[i].serve(server, message, path);
    }
    return;
  }
  problem_answer(message, CARAWAY_ERROR_NOT_FOUND, "There is nothing at this address.");
}

/* What comes after a refused body is read and dropped; the read limit bounds it. */
static void
refuse_body(WebServer *server, SoupServerMessage *message)
{
  SoupMessageBody *body = soup_server_message_get_request_body(message);
  g_autofree char *detail =
      g_strdup_printf("The request's body is larger than %u bytes.", server->limits.max_body_bytes);
  soup_message_body_set_accumulate(body, FALSE);
  problem_answer(message, CARAWAY_ERROR_TOO_LARGE, detail);
  soup_message_headers_replace(soup_server_message_get_response_headers(message), "Connection", "close");
}

/* A body whose end two readers could see in different places is no request (RFC 9112 section 6.3). */
static void
refuse_framing(SoupServerMessage *message)
{
  soup_message_body_set_accumulate(soup_server_message_get_request_body(message), FALSE);
  problem_answer(message, CARAWAY_ERROR_INVALID, "The request's body needs one Content-Length.");
  soup_message_headers_replace(soup_server_message_get_response_headers(message), "Connection", "close");
}

static void
on_headers(SoupServer *soup, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  WebServer *server = data;
  SoupMessageHeaders *headers = soup_server_message_get_request_headers(message);
  if (!forward_framing_is_sound(headers))
    refuse_framing(message);
  else if (soup_message_headers_get_encoding(headers) == SOUP_ENCODING_CONTENT_LENGTH &&
           soup_message_headers_get_content_length(headers) > server->limits.max_body_bytes)
    refuse_body(server, message);
}

WebServer *
web_server_new(const WebServerParts *parts, const WebServerLimits *limits)
{
  WebServer *server = g_new0(WebServer, 1);
  server->parts = *parts;
  server->limits = *limits;
  server->soup = g_object_new(SOUP_TYPE_SERVER, "raw-paths", TRUE, NULL);
  server->connections = front_set_new(server->soup, &limits->connection);
  soup_server_add_early_handler(server->soup, NULL, on_headers, server, NULL);
  soup_server_add_handler(server->soup, NULL, on_request, server, NULL);
  return server;
}

void
web_server_take(WebServer *server, int fd, const char *client_address, guint16 client_port)
{
  front_set_add(server->connections, fd, client_address, client_port);
}

void
web_server_drain(WebServer *server)
{
  server->is_draining = TRUE;
  front_set_drain(server->connections);
}

gboolean
web_server_is_idle(const WebServer *server)
{
  return front_set_is_empty(server->connections);
}

void
web_server_free(WebServer *server)
{
  if (server == NULL)
    return;
  soup_server_disconnect(server->soup);
  front_set_free(server->connections);
  g_object_unref(server->soup);
  g_free(server);
}
