/* SPDX-License-Identifier: Apache-2.0 */
#include "common/net/http_head.h"
#include "common/relay/relay_letters.h"
#include "common/relay/relay_steps.h"

#include "common/base/json.h"
#include "common/base/log.h"
#include "common/base/secret.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SPICE_MAGIC       "REDQ"
#define CONNECT_TARGET    "desktop:0"
#define CONSOLE_PATH      "/console"
#define GRANT_PROTOCOL    "caraway.v1"
#define PASSWORD_PROTOCOL "binary" /* what spice-html5 offers */
#define BEARER            "Bearer "
#define STREAM_IDLE_LIMIT (10 * 60 * G_USEC_PER_SEC)

static const struct {
  guint status;
  const char *title;
} titles[] = {
    {400, "Bad Request"},      {401, "Unauthorized"},
    {403, "Forbidden"},        {404, "Not Found"},
    {408, "Request Timeout"},  {410, "Gone"},
    {426, "Upgrade Required"}, {431, "Request Header Fields Too Large"},
    {502, "Bad Gateway"},      {503, "Service Unavailable"},
};

static const struct {
  CarawayErrorCode code;
  guint status;
} statuses[] = {
    {CARAWAY_ERROR_GRANT_INVALID, 401}, {CARAWAY_ERROR_GRANT_EXPIRED, 410}, {CARAWAY_ERROR_GRANT_USED, 410},
    {CARAWAY_ERROR_GRANT_STALE, 410},   {CARAWAY_ERROR_SESSION_ENDED, 410}, {CARAWAY_ERROR_HOST_GONE, 502},
    {CARAWAY_ERROR_UNREACHABLE, 502},   {CARAWAY_ERROR_UNTRUSTED, 502},     {CARAWAY_ERROR_TIMED_OUT, 503},
    {CARAWAY_ERROR_OVERLOADED, 503},
};

static const char *
title_of(guint status)
{
  for (gsize i = 0; i < G_N_ELEMENTS(titles); i++)
    if (titles[i].status == status)
      return titles[i].title;
  return "Error";
}

static char *
problem_text(guint status, CarawayErrorCode code, const char *detail)
{
  g_autoptr(JsonBuilder) builder = json_builder_new();
  json_builder_begin_object(builder);
  json_builder_set_member_name(builder, "type");
  json_builder_add_string_value(builder, "about:blank");
  json_builder_set_member_name(builder, "title");
  json_builder_add_string_value(builder, title_of(status));
  json_builder_set_member_name(builder, "status");
  json_builder_add_int_value(builder, status);
  json_builder_set_member_name(builder, "detail");
  json_builder_add_string_value(builder, detail);
  json_builder_set_member_name(builder, "code");
  json_builder_add_string_value(builder, error_code_name(code));
  json_builder_end_object(builder);
  return json_builder_text(builder);
}

void
relay_head_send_status(RelayConnection *connection, guint status, CarawayErrorCode code, const char *detail)
{
  g_autofree char *body = problem_text(status, code, detail);
  g_autofree char *answer = g_strdup_printf("HTTP/1.1 %u %s\r\nContent-Type: application/problem+json\r\n"
                                            "Content-Length: %zu\r\nConnection: close\r\n\r\n%s",
                                            status, title_of(status), strlen(body), body);
  if (strlen(answer) <= relay_end_space(&connection->client))
    relay_end_send(&connection->client, answer, strlen(answer));
}

void
relay_head_send_problem(RelayConnection *connection, CarawayErrorCode code, const char *detail)
{
  guint status = 403;
  for (gsize i = 0; i < G_N_ELEMENTS(statuses); i++)
    if (statuses[i].code == code)
      status = statuses[i].status;
  relay_head_send_status(connection, status, code, detail);
}

/* Ends a request that is no console's, or not a right one. */
static gboolean
reject(RelayConnection *connection, guint status, CarawayErrorCode code, const char *detail)
{
  relay_counter_add(&connection->shared->malformed, 1);
  relay_head_send_status(connection, status, code, detail);
  relay_connection_end(connection, code, detail);
  return TRUE;
}

static void
send_upgrade(RelayConnection *connection, const char *protocol)
{
  g_autofree char *answer = g_strdup_printf("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                                            "Connection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n"
                                            "Sec-WebSocket-Protocol: %s\r\n\r\n",
                                            connection->accept_key, protocol);
  relay_end_send(&connection->client, answer, strlen(answer));
  relay_end_start_websocket(&connection->client);
}

void
relay_head_accept(RelayConnection *connection)
{
  static const char yes[] = "HTTP/1.1 200 OK\r\n\r\n";
  if (connection->is_answered || relay_connection_is_end_point(connection))
    return;
  connection->is_answered = TRUE;
  if (connection->way == RELAY_WAY_CONNECT)
    relay_end_send(&connection->client, yes, sizeof yes - 1);
  else
    send_upgrade(connection, GRANT_PROTOCOL);
}

/* What a portal said of its client, when it is an address: nothing else may reach the log or the agent. */
static char *
forwarded_address(const HttpHead *head)
{
  guint8 binary[sizeof(struct in6_addr)];
  g_autofree char *text = http_head_get(head, "Caraway-Client-Address");
  gboolean is_address =
      text != NULL && (inet_pton(AF_INET, text, binary) == 1 || inet_pton(AF_INET6, text, binary) == 1);
  return is_address ? g_steal_pointer(&text) : NULL;
}

/* What is kept of a console's request; the bytes behind it are the client's first SPICE bytes. */
static void
note_request(RelayConnection *connection, const HttpHead *head, RelayWay way)
{
  connection->way = way;
  if (connection->peer_is_portal)
    connection->forwarded_address = forwarded_address(head);
  relay_buffer_consume(&connection->client.in, head->size);
}

static gboolean
take_connect(RelayConnection *connection, const HttpHead *head)
{
  if (!http_text_equal(head->target, CONNECT_TARGET))
    return reject(connection, 403, CARAWAY_ERROR_FORBIDDEN, "only desktop:0 can be connected to");
  g_autofree char *authorization = http_head_get(head, "Authorization");
  if (authorization == NULL || !g_str_has_prefix(authorization, BEARER))
    return reject(connection, 401, CARAWAY_ERROR_GRANT_INVALID, "CONNECT needs a grant as its bearer token");
  connection->credential = g_strdup(authorization + strlen(BEARER));
  note_request(connection, head, RELAY_WAY_CONNECT);
  relay_connection_ask(connection);
  return TRUE;
}

/* A page of another site must not open consoles in the name of who looks at it. */
static gboolean
is_foreign(const HttpHead *head)
{
  g_autofree char *origin = http_head_get(head, "Origin");
  g_autofree char *host = http_head_get(head, "Host");
  g_autofree char *own = g_strconcat("https://", host != NULL ? host : "", NULL);
  return origin != NULL && g_ascii_strcasecmp(origin, own) != 0;
}

static gboolean
take_websocket(RelayConnection *connection, const HttpHead *head)
{
  if (is_foreign(head)) {
    log_write(LOG_LEVEL_INFO, LOG_FIELDS(.code = error_code_name(CARAWAY_ERROR_FORBIDDEN)),
              "refused a console for %s: a page of another site asked for it", connection->client_address);
    relay_connection_refuse(connection, CARAWAY_ERROR_FORBIDDEN,
                            "consoles open only from the portal's own pages");
    return TRUE;
  }
  g_autofree char *key = http_head_get(head, "Sec-WebSocket-Key");
  g_autofree char *version = http_head_get(head, "Sec-WebSocket-Version");
  g_autofree char *offered = http_head_get(head, "Sec-WebSocket-Protocol");
  connection->accept_key = websocket_accept_key(key);
  if (connection->accept_key == NULL || g_strcmp0(version, "13") != 0 || offered == NULL)
    return reject(connection, 400, CARAWAY_ERROR_INVALID, "this is not a WebSocket request of a console");
  g_auto(GStrv) protocols = g_strsplit(offered, ",", 3);
  for (char **protocol = protocols; *protocol != NULL; protocol++)
    g_strstrip(*protocol);
  if (g_strv_length(protocols) == 2 && g_str_equal(protocols[0], GRANT_PROTOCOL)) {
    connection->credential = g_strdup(protocols[1]);
    note_request(connection, head, RELAY_WAY_WEBSOCKET);
    relay_connection_ask(connection);
    return TRUE;
  }
  if (!g_strv_contains((const char *const *)protocols, PASSWORD_PROTOCOL))
    return reject(connection, 400, CARAWAY_ERROR_INVALID, "offer the subprotocols caraway.v1 and a grant");
  note_request(connection, head, RELAY_WAY_WEBSOCKET_PASSWORD);
  send_upgrade(connection, PASSWORD_PROTOCOL);
  relay_connection_enter(connection, RELAY_STATE_CLIENT_LINK, connection->shared->setup_limit_us);
  return TRUE;
}

/* Any other HTTP goes, from its first byte, through a socket pair to the owner's own server. */
static gboolean
hand_over(RelayConnection *connection)
{
  int pair[2];
  if (connection->shared->owner.stream == NULL)
    return reject(connection, 404, CARAWAY_ERROR_NOT_FOUND, "there are only consoles here");
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) != 0)
    return reject(connection, 503, CARAWAY_ERROR_OVERLOADED, "the server is out of descriptors; try again");
  relay_end_open(&connection->server, pair[0]);
  relay_loop_watch(connection->loop, pair[0], connection);
  relay_letters_stream(connection->shared, pair[1], connection->client_address, connection->client_port);
  relay_connection_enter(connection, RELAY_STATE_STREAM, STREAM_IDLE_LIMIT);
  return TRUE;
}

static gboolean
take_request(RelayConnection *connection, const HttpHead *head)
{
  gboolean wants_console =
      http_text_equal(head->method, "GET") && http_text_equal(head->target, CONSOLE_PATH);
  if (http_text_equal(head->method, "CONNECT"))
    return take_connect(connection, head);
  if (wants_console && http_head_has_token(head, "Upgrade", "websocket") &&
      http_head_has_token(head, "Connection", "upgrade"))
    return take_websocket(connection, head);
  return hand_over(connection);
}

gboolean
relay_head_step(RelayConnection *connection)
{
  const char *bytes = (const char *)relay_buffer_head(&connection->client.in);
  gsize size = relay_buffer_size(&connection->client.in);
  if (size == 0)
    return FALSE;
  if (memcmp(bytes, SPICE_MAGIC, MIN(size, strlen(SPICE_MAGIC))) == 0) {
    if (size < strlen(SPICE_MAGIC))
      return FALSE;
    connection->way = RELAY_WAY_SPICE;
    relay_connection_enter(connection, RELAY_STATE_CLIENT_LINK, connection->shared->setup_limit_us);
    return TRUE;
  }
  HttpHead head;
  switch (http_head_parse_request(bytes, size, &head)) {
  case HTTP_HEAD_MORE:
    return FALSE;
  case HTTP_HEAD_BAD:
    return reject(connection, 400, CARAWAY_ERROR_MALFORMED, "this is neither HTTP nor SPICE");
  case HTTP_HEAD_TOO_LARGE:
    return reject(connection, 431, CARAWAY_ERROR_TOO_LARGE, "the head of the request is too large");
  case HTTP_HEAD_DONE:
    break;
  }
  return take_request(connection, &head);
}
