/* SPDX-License-Identifier: Apache-2.0 */
#include "common/relay/relay_engine.h"

#include "common/net/openssl.h"
#include "common/relay/relay_connection.h"
#include "common/relay/relay_settle.h"
#include "common/relay/relay_ticket.h"

#include <errno.h>
#include <gio/gio.h>
#include <sys/socket.h>
#include <unistd.h>

#define LISTEN_BACKLOG         1024
#define DEFAULT_SETUP_LIMIT_MS 10000
#define MAX_THREADS            16

struct RelayEngine {
  RelayShared shared;
  int listen_fd;
  guint16 port;
  GPtrArray *loops;
};

static gboolean
fail_listen(GError **error, const RelayEngineConfig *config, int reason)
{
  if (reason == EADDRINUSE)
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_PORT_TAKEN,
                "port %u on %s is in use: stop what listens there or set another port", config->port,
                config->address);
  else
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG, "cannot listen on %s port %u: %s",
                config->address, config->port, g_strerror(reason));
  return FALSE;
}

static gboolean
open_listener(RelayEngine *engine, const RelayEngineConfig *config, GError **error)
{
  g_autoptr(GSocketAddress) address = g_inet_socket_address_new_from_string(config->address, config->port);
  struct sockaddr_storage native;
  if (address == NULL || !g_socket_address_to_native(address, &native, sizeof native, NULL))
    return fail_listen(error, config, EINVAL);
  int one = 1;
  socklen_t size = (socklen_t)g_socket_address_get_native_size(address);
  engine->listen_fd = socket(native.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (engine->listen_fd < 0)
    return fail_listen(error, config, errno);
  (void)setsockopt(engine->listen_fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (bind(engine->listen_fd, (struct sockaddr *)&native, size) != 0 ||
      listen(engine->listen_fd, LISTEN_BACKLOG) != 0)
    return fail_listen(error, config, errno);
  size = sizeof native;
  getsockname(engine->listen_fd, (struct sockaddr *)&native, &size);
  g_autoptr(GSocketAddress) bound = g_socket_address_new_from_native(&native, size);
  engine->port = g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(bound));
  return TRUE;
}

static gboolean
fill_shared(RelayShared *shared, const RelayEngineConfig *config, GError **error)
{
  SSL_CTX_up_ref(config->server_tls);
  shared->server_tls = config->server_tls;
  if (config->client_tls != NULL)
    SSL_CTX_up_ref(config->client_tls);
  shared->client_tls = config->client_tls;
  shared->credentials = config->credentials;
  shared->max_connections = config->max_connections;
  guint limit_ms = config->setup_limit_ms > 0 ? config->setup_limit_ms : DEFAULT_SETUP_LIMIT_MS;
  shared->setup_limit_us = (gint64)limit_ms * 1000;
  shared->unsettled = relay_unsettled_new();
  shared->crowd = relay_crowd_new(config->max_unfinished);
  shared->ticket_key = relay_ticket_make_key();
  if (shared->ticket_key != NULL && relay_ticket_public_key(shared->ticket_key, shared->ticket_public_key))
    return TRUE;
  openssl_set_error(error, CARAWAY_ERROR_INTERNAL, "no key for SPICE tickets can be made");
  return FALSE;
}

RelayEngine *
relay_engine_new(const RelayEngineConfig *config, const RelayOwner *owner, gpointer user_data,
                 GMainContext *context, GError **error)
{
  g_autoptr(RelayEngine) engine = g_new0(RelayEngine, 1);
  engine->listen_fd = -1;
  engine->loops = g_ptr_array_new_with_free_func((GDestroyNotify)relay_loop_unref);
  engine->shared.owner = *owner;
  engine->shared.owner_data = user_data;
  if (!fill_shared(&engine->shared, config, error) || !open_listener(engine, config, error))
    return NULL;
  engine->shared.mailbox = relay_mailbox_new(context, &engine->shared);
  guint threads = CLAMP(config->threads, 1, MAX_THREADS);
  for (guint i = 0; i < threads; i++)
    g_ptr_array_add(engine->loops, relay_loop_new(&engine->shared, engine->listen_fd, i, threads));
  for (guint i = 0; i < threads; i++)
    relay_loop_start(engine->loops->pdata[i]);
  return g_steal_pointer(&engine);
}

guint16
relay_engine_port(const RelayEngine *engine)
{
  return engine->port;
}

typedef struct {
  RelayTask task;
  CarawayErrorCode code;
} Cut;

static void
run_cut(RelayTask *task, RelayConnection *connection, RelayShared *shared)
{
  Cut *cut = (Cut *)task;
  if (connection != NULL)
    relay_connection_end(connection, cut->code, "it was cut");
  g_free(cut);
}

void
relay_engine_cut(RelayEngine *engine, guint64 connection, CarawayErrorCode code)
{
  Cut *cut = g_new0(Cut, 1);
  cut->task.run = run_cut;
  cut->task.connection = connection;
  cut->code = code;
  relay_loop_post(engine->loops->pdata[connection % engine->loops->len], &cut->task);
}

void
relay_engine_stop_listening(RelayEngine *engine)
{
  for (guint i = 0; i < engine->loops->len; i++)
    relay_loop_stop_listening(engine->loops->pdata[i]);
  (void)shutdown(engine->listen_fd, SHUT_RD); /* the kernel refuses from now on */
}

void
relay_engine_get_counters(RelayEngine *engine, RelayCounters *ret_counters)
{
  const RelayShared *shared = &engine->shared;
  *ret_counters = (RelayCounters){
      .accepted = shared->accepted,
      .active = shared->active,
      .refused = shared->refused,
      .over_limit = shared->over_limit,
      .over_address_limit = shared->over_address_limit,
      .handshakes_failed = shared->handshakes_failed,
      .timed_out = shared->timed_out,
      .malformed = shared->malformed,
      .violations = shared->violations,
      .unparsed_streams = shared->unparsed_streams,
      .to_client_bytes = shared->to_client_bytes,
      .to_server_bytes = shared->to_server_bytes,
  };
}

void
relay_engine_free(RelayEngine *engine)
{
  if (engine == NULL)
    return;
  for (guint i = 0; i < engine->loops->len; i++)
    relay_loop_stop(engine->loops->pdata[i]);
  g_ptr_array_unref(engine->loops);
  relay_mailbox_free(engine->shared.mailbox);
  if (engine->listen_fd >= 0)
    close(engine->listen_fd);
  SSL_CTX_free(engine->shared.server_tls);
  SSL_CTX_free(engine->shared.client_tls);
  relay_unsettled_free(engine->shared.unsettled);
  relay_crowd_free(engine->shared.crowd);
  EVP_PKEY_free(engine->shared.ticket_key);
  g_free(engine);
}
