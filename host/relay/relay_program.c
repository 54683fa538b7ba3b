/* SPDX-License-Identifier: Apache-2.0 */
#include "host/relay/relay_program.h"

#include "common/api_client/trust_keeper.h"
#include "common/base/file_guard.h"
#include "common/base/log.h"
#include "common/net/tls_context.h"
#include "host/relay/console_gate.h"
#include "host/relay/relay_http.h"

#define TRUST_EVERY_S 60 /* the agent says when there is news */

struct RelayProgram {
  Credentials *credentials;
  char *identity, *address;
  SpentStore *store;
  HostState *state;
  AgentPort *agent;
  Redeemer *redeemer;
  KeyFinder *keys;
  TrustKeeper *trust;
  SSL_CTX *tls; /* the engine's */
  ConsoleGate *gate;
  RelayEngine *engine;
  RelayHttp *http;
  Daemon *draining;
};

/* The folder may be read by the group that the host's agent is of. */
static gboolean
guard_folder(const Config *config, GError **error)
{
  return credentials_guard(config_string(config, "relay", "state-directory"), FILE_GUARD_SEALED, error);
}

static const ConfigKey keys[] = {
    {"relay", "listen", CONFIG_LISTEN, "0.0.0.0:8444",
     "where clients and portals connect, an IP address and port"},
    {"relay", "state-directory", CONFIG_PATH, "/var/lib/caraway/relay",
     "what joining gave this relay, and its list of spent grants", .probe = guard_folder},
    {"relay", "control-socket", CONFIG_PATH, "/run/caraway/relay.sock", "socket for this host's agent"},
    {"relay", "broker", CONFIG_STRING, NULL,
     "URLs of brokers, separated by commas; by default the one that was joined", .optional = TRUE},
    {"relay", "max-consoles", CONFIG_INT, "4096", "open connections; further ones are closed at once",
     .minimum = 16, .maximum = 100000},
    {"relay", "max-unfinished", CONFIG_INT, "256",
     "connections of one client address whose console has not begun; portals have no such limit",
     .minimum = 8, .maximum = 100000},
    {"relay", "threads", CONFIG_INT, "2", "threads that carry console bytes", .minimum = 1, .maximum = 16},
    {"relay", "setup-seconds", CONFIG_INT, "10",
     "how long a client may take for each step before its console", .minimum = 1, .maximum = 600},
    {"relay", "drain-seconds", CONFIG_INT, "5", "how long consoles may go on after SIGTERM", .minimum = 0,
     .maximum = 3600},
    {"relay", "http-listen", CONFIG_LISTEN, NULL,
     "plain HTTP for /healthz, /readyz and /metrics; best on loopback", .optional = TRUE},
    {"log", "level", CONFIG_CHOICE, "info", "error, warning, info or debug",
     .choices = "error|warning|info|debug"},
    {NULL},
};

const ConfigKey *
relay_program_keys(void)
{
  return keys;
}

static void
on_agent_connected(gpointer user_data)
{
  const RelayProgram *program = user_data;
  console_gate_agent_connected(program->gate);
}

static void
on_agent_message(const char *type, JsonObject *message, gpointer user_data)
{
  const RelayProgram *program = user_data;
  g_autoptr(GError) error = NULL;
  if (g_str_equal(type, "keys") && program->trust != NULL)
    trust_keeper_poke(program->trust); /* a broker tells them again when certificates changed, too */
  if (!g_str_equal(type, "brokers"))
    console_gate_agent_message(program->gate, type, message);
  else if (!redeemer_learn(program->redeemer, message, &error))
    log_warning("the agent's list of brokers was not understood: %s", error->message);
}

static void
on_empty(gpointer user_data)
{
  const RelayProgram *program = user_data;
  if (program->draining != NULL)
    daemon_quit(program->draining);
}

static gboolean
open_books(RelayProgram *program, const Config *config, GError **error)
{
  const char *folder = config_string(config, "relay", "state-directory");
  g_autofree char *spent = g_build_filename(folder, "spent-grants", NULL);
  if (!guard_folder(config, error))
    return FALSE;
  program->credentials = credentials_load(folder, error);
  if (program->credentials == NULL)
    return FALSE;
  program->identity = identity_text(credentials_identity(program->credentials));
  program->store = spent_store_open(spent, clock_system(), error);
  if (program->store == NULL)
    return FALSE;
  program->state =
      host_state_new(credentials_grant_keys(program->credentials), clock_system(), program->store, error);
  return program->state != NULL;
}

static void
on_renewed(gpointer user_data)
{
  const RelayProgram *program = user_data;
  g_autoptr(GError) error = NULL;
  if (program->tls != NULL && !tls_context_reload(program->tls, &error))
    log_warning("this relay's certificate is shown as before: %s", error->message);
}

static gboolean
open_gate(RelayProgram *program, const Config *config, GError **error)
{
  static const AgentPortListener listener = {on_agent_connected, on_agent_message};
  const char *url = config_string(config, "relay", "broker");
  if (url == NULL)
    url = credentials_broker_url(program->credentials);
  if (url == NULL) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG,
                "[relay] broker is not set and join.json names none: set it to the broker's URL");
    return FALSE;
  }
  BrokerList *brokers = broker_list_new(url, error);
  if (brokers == NULL) {
    g_prefix_error(error, "[relay] broker: ");
    return FALSE;
  }
  program->redeemer = redeemer_new(brokers, program->credentials);
  program->keys = key_finder_new(brokers, program->credentials, program->state);
  const TrustKeeperParts trust = {program->credentials, brokers, TRUST_EVERY_S, on_renewed, program};
  program->trust = trust_keeper_new(&trust);
  program->agent =
      agent_port_new(config_string(config, "relay", "control-socket"), &listener, program, error);
  if (program->agent == NULL)
    return FALSE;
  ConsoleGateParts parts = {program->state,    program->store, program->agent,
                            program->redeemer, program->keys,  program->identity};
  program->gate = console_gate_new(&parts, on_empty, program);
  return TRUE;
}

static SSL_CTX *
open_tls(const Config *config, GError **error)
{
  const char *folder = config_string(config, "relay", "state-directory");
  g_autofree char *certificate = g_build_filename(folder, "identity.pem", NULL);
  g_autofree char *key = g_build_filename(folder, "identity.key", NULL);
  g_autofree char *ca = g_build_filename(folder, "ca.pem", NULL);
  return tls_context_new_server(certificate, key, ca, error);
}

static gboolean
open_engine(RelayProgram *program, const Config *config, GError **error)
{
  g_autofree char *address = NULL;
  RelayEngineConfig engine = {
      .credentials = program->credentials,
      .threads = (guint)config_int(config, "relay", "threads"),
      .max_connections = (guint)config_int(config, "relay", "max-consoles"),
      .max_unfinished = (guint)config_int(config, "relay", "max-unfinished"),
      .setup_limit_ms = (guint)config_int(config, "relay", "setup-seconds") * 1000,
  };
  if (!config_split_listen(config_string(config, "relay", "listen"), &address, &engine.port))
    g_return_val_if_reached(FALSE);
  engine.address = address;
  program->tls = open_tls(config, error);
  if (program->tls == NULL)
    return FALSE;
  engine.server_tls = program->tls;
  program->engine = relay_engine_new(&engine, console_gate_owner(), program->gate, NULL, error);
  if (program->engine == NULL)
    return FALSE;
  console_gate_set_engine(program->gate, program->engine);
  program->address = g_strdup_printf("%s port %u", address, relay_engine_port(program->engine));
  return TRUE;
}

static gboolean
open_http(RelayProgram *program, const Config *config, GError **error)
{
  const char *listen = config_string(config, "relay", "http-listen");
  if (listen == NULL)
    return TRUE;
  RelayHttpSources sources = {program->engine, program->gate, program->agent, program->state};
  program->http = relay_http_new(listen, &sources, error);
  return program->http != NULL;
}

RelayProgram *
relay_program_new(const Config *config, GError **error)
{
  g_autoptr(RelayProgram) program = g_new0(RelayProgram, 1);
  if (!open_books(program, config, error) || !open_gate(program, config, error) ||
      !open_engine(program, config, error) || !open_http(program, config, error))
    return NULL;
  return g_steal_pointer(&program);
}

char *
relay_program_address(const RelayProgram *program)
{
  return g_strdup(program->address);
}

void
relay_program_drain(RelayProgram *program, Daemon *daemon)
{
  program->draining = daemon;
  relay_engine_stop_listening(program->engine);
  if (console_gate_size(program->gate) == 0)
    daemon_quit(daemon);
}

void
relay_program_free(RelayProgram *program)
{
  if (program == NULL)
    return;
  program->draining = NULL;
  relay_http_free(program->http);
  relay_engine_free(program->engine);
  agent_port_free(program->agent);
  spent_store_free(program->store);
  key_finder_free(program->keys);
  console_gate_free(program->gate);
  trust_keeper_free(program->trust);
  redeemer_free(program->redeemer); /* last: it lets the main loop turn until its calls have ended */
  host_state_free(program->state);
  SSL_CTX_free(program->tls);
  credentials_free(program->credentials);
  g_free(program->identity);
  g_free(program->address);
  g_free(program);
}
