/* SPDX-License-Identifier: Apache-2.0 */
#include "common/relay/relay_steps.h"

#include "common/base/json.h"
#include "common/net/http_head.h"
#include "common/net/openssl.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_PROBLEM_SIZE 8192
#define MAX_TEXT_SIZE    1024

static gboolean
fail(RelayConnection *connection, CarawayErrorCode code, const char *detail)
{
  relay_connection_refuse(connection, code, detail);
  return TRUE;
}

/* The upstream takes SPICE bytes now. */
static void
go_on(RelayConnection *connection)
{
  if (relay_connection_is_end_point(connection)) {
    relay_link_start_upstream(connection);
    return;
  }
  relay_head_accept(connection);
  if (connection->has_link)
    relay_splice_start_link(connection);
  else
    relay_connection_enter(connection, RELAY_STATE_CLIENT_LINK, connection->shared->setup_limit_us);
}

static void
open_server(RelayConnection *connection, int fd)
{
  int one = 1;
  (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  relay_end_open(&connection->server, fd);
  relay_loop_watch(connection->loop, fd, connection);
}

void
relay_upstream_use_fd(RelayConnection *connection, int fd)
{
  (void)fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
  open_server(connection, fd);
  SpiceChannelSet set = spice_channel_set_of(connection->link.channel_type);
  if (connection->has_link && (connection->policy.channels & set) == 0)
    relay_connection_refuse(connection, CARAWAY_ERROR_CHANNEL_FORBIDDEN,
                            "this kind of channel is not allowed for the desktop");
  else
    go_on(connection);
}

static socklen_t
make_address(const char *text, guint16 port, struct sockaddr_storage *ret_address)
{
  struct sockaddr_in *in = (struct sockaddr_in *)ret_address;
  struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)ret_address;
  memset(ret_address, 0, sizeof *ret_address);
  if (inet_pton(AF_INET, text, &in->sin_addr) == 1) {
    in->sin_family = AF_INET;
    in->sin_port = htons(port);
    return sizeof *in;
  }
  if (inet_pton(AF_INET6, text, &in6->sin6_addr) != 1)
    return 0;
  in6->sin6_family = AF_INET6;
  in6->sin6_port = htons(port);
  return sizeof *in6;
}

void
relay_upstream_connect(RelayConnection *connection, const char *address, guint16 port)
{
  struct sockaddr_storage where;
  socklen_t size = make_address(address, port, &where);
  SpiceChannelSet set = spice_channel_set_of(connection->link.channel_type);
  if (connection->has_link && (connection->policy.channels & set) == 0) {
    relay_connection_refuse(connection, CARAWAY_ERROR_CHANNEL_FORBIDDEN,
                            "this kind of channel is not allowed for the desktop");
    return;
  }
  int fd = size > 0 && connection->shared->client_tls != NULL
               ? socket(where.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)
               : -1;
  if (fd < 0) {
    relay_connection_refuse(connection, CARAWAY_ERROR_UNREACHABLE, "no connection to the host can be made");
    return;
  }
  relay_connection_enter(connection, RELAY_STATE_CONNECTING, connection->shared->setup_limit_us);
  int result = connect(fd, (struct sockaddr *)&where, size);
  int reason = errno;
  open_server(connection, fd);
  relay_end_tune(&connection->server);
  if (result != 0 && reason != EINPROGRESS)
    relay_connection_refuse(connection, CARAWAY_ERROR_UNREACHABLE, "the host's relay cannot be reached");
}

gboolean
relay_upstream_step_connecting(RelayConnection *connection)
{
  struct pollfd poll_fd = {.fd = connection->server.fd, .events = POLLOUT};
  int reason = 0;
  socklen_t size = sizeof reason;
  if (poll(&poll_fd, 1, 0) <= 0)
    return FALSE;
  if (getsockopt(poll_fd.fd, SOL_SOCKET, SO_ERROR, &reason, &size) != 0 || reason != 0)
    return fail(connection, CARAWAY_ERROR_UNREACHABLE, "the host's relay cannot be reached");
  relay_end_start_tls(&connection->server, connection->shared->client_tls, FALSE);
  relay_connection_enter(connection, RELAY_STATE_UPSTREAM_TLS, connection->shared->setup_limit_us);
  return TRUE;
}

static gboolean
peer_is_target(const RelayConnection *connection)
{
  g_autoptr(X509) peer = SSL_get1_peer_certificate(connection->server.tls);
  g_autoptr(Identity) identity =
      credentials_check_x509(connection->shared->credentials, peer, IDENTITY_RELAY, NULL);
  return identity != NULL && identity_is(identity, connection->target_identity);
}

gboolean
relay_upstream_step_tls(RelayConnection *connection)
{
  RelayHandshake result = relay_end_handshake(&connection->server);
  if (result == RELAY_HANDSHAKE_MORE)
    return FALSE;
  if (result == RELAY_HANDSHAKE_FAILED)
    return fail(connection, CARAWAY_ERROR_UNTRUSTED, "the host's relay did not prove who it is");
  if (!peer_is_target(connection))
    return fail(connection, CARAWAY_ERROR_UNTRUSTED, "another machine answered in the place of the host");
  g_autofree char *request =
      g_strdup_printf("CONNECT desktop:0 HTTP/1.1\r\nHost: desktop:0\r\nAuthorization: Bearer %s\r\n"
                      "Caraway-Client-Address: %s\r\n\r\n",
                      connection->target_grant, connection->client_address);
  relay_end_send(&connection->server, request, strlen(request));
  OPENSSL_cleanse(request, strlen(request));
  relay_connection_enter(connection, RELAY_STATE_UPSTREAM_HEAD,
                         connection->shared->setup_limit_us * 2); /* it asks its agent meanwhile */
  return TRUE;
}

/* Passes the problem document at @text on to the client. */
static void
pass_problem(RelayConnection *connection, const char *text, gsize size)
{
  g_autoptr(JsonObject) problem = json_parse_object(text, size, MAX_PROBLEM_SIZE, NULL);
  const char *code = problem != NULL ? json_get_string(problem, "code", MAX_TEXT_SIZE, NULL) : NULL;
  const char *detail = problem != NULL ? json_get_string(problem, "detail", MAX_TEXT_SIZE, NULL) : NULL;
  if (code == NULL || detail == NULL)
    relay_connection_refuse(connection, CARAWAY_ERROR_HOST_GONE, "the host's relay refused");
  else
    relay_connection_refuse(connection, error_code_from_name(code), detail);
}

gboolean
relay_upstream_step_head(RelayConnection *connection)
{
  HttpHead head;
  RelayBuffer *in = &connection->server.in;
  const char *bytes = (const char *)relay_buffer_head(in);
  gsize size = relay_buffer_size(in);
  HttpHeadParse parse = size > 0 ? http_head_parse_response(bytes, size, &head) : HTTP_HEAD_MORE;
  if (parse == HTTP_HEAD_MORE)
    return FALSE;
  if (parse != HTTP_HEAD_DONE)
    return fail(connection, CARAWAY_ERROR_HOST_GONE, "the host's relay does not speak HTTP");
  if (head.status == 200) {
    relay_buffer_consume(in, head.size);
    go_on(connection);
    return TRUE;
  }
  guint64 length = 0;
  g_autofree char *length_text = http_head_get(&head, "Content-Length");
  if (length_text == NULL || !g_ascii_string_to_unsigned(length_text, 10, 0, MAX_PROBLEM_SIZE, &length, NULL))
    return fail(connection, CARAWAY_ERROR_HOST_GONE, "the host's relay refused");
  if (size - head.size < length)
    return FALSE;
  pass_problem(connection, bytes + head.size, (gsize)length);
  return TRUE;
}
