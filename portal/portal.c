/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/portal.h"

#include "common/api_client/join.h"
#include "common/api_client/trust_keeper.h"
#include "common/base/log.h"
#include "common/net/tls_context.h"
#include "portal/console_gate.h"
#include "portal/portal_config.h"
#include "portal/served_certificate.h"
#include "portal/web_server.h"

#include <glib-unix.h>
#include <string.h>
#include <unistd.h>

#define DRAIN_POLL_MS 100
#define TRUST_EVERY_S 5 /* portals are few, and stand where they may be stolen */

struct Portal {
  const Config *config;
  Credentials *credentials;
  PortalCounters counters;
  WebFiles *files;
  BrokerClient *broker;
  TrustKeeper *trust;
  ConsoleGate *gate;
  ApiProxy *proxy;
  WebServer *web;
  RelayEngine *engine;
  SSL_CTX *server_tls, *client_tls; /* the engine's */
  guint hangup_source;
  Daemon *draining;
  guint drain_source;
  gboolean has_drained; /* no console and no request is left */
};

static guint
limit(const Config *config, const char *key)
{
  return (guint)config_int(config, "limits", key);
}

/* The engine's callbacks */

static void
on_admit(RelayRequest *request, gpointer data)
{
  Portal *portal = data;
  console_gate_admit(portal->gate, request);
}

static void
on_closed(const RelayClosed *closed, gpointer data)
{
  Portal *portal = data;
  console_gate_closed(portal->gate, closed);
}

static void
on_stream(int fd, const char *client_address, guint16 client_port, gpointer data)
{
  Portal *portal = data;
  if (portal->web != NULL)
    web_server_take(portal->web, fd, client_address, client_port);
  else
    close(fd);
}

/* What the web server asks */

static char *
on_metrics(gpointer data)
{
  Portal *portal = data;
  RelayCounters relay = {0};
  relay_engine_get_counters(portal->engine, &relay);
  return portal_counters_text(&portal->counters, &relay);
}

static char *
on_readiness(gpointer data)
{
  Portal *portal = data;
  return portal->draining != NULL ? g_strdup("stopping") : NULL;
}

static const char *
broker_url(const Portal *portal)
{
  const char *set = config_string(portal->config, "portal", "broker");
  return set != NULL ? set : credentials_broker_url(portal->credentials);
}

static gboolean
load_credentials(Portal *portal, GError **error)
{
  const char *folder = config_string(portal->config, "portal", "state-directory");
  if (!portal_config_guard(portal->config, error))
    return FALSE;
  if (!credentials_exist(folder)) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG,
                "This portal has not joined an installation yet: %s holds no credentials. Make a token with "
                "carawayctl and run caraway-portal --join TOKEN.",
                folder);
    return FALSE;
  }
  portal->credentials = credentials_load(folder, error);
  if (portal->credentials == NULL)
    return FALSE;
  if (credentials_identity(portal->credentials)->role == IDENTITY_PORTAL && broker_url(portal) != NULL)
    return TRUE;
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG,
              "%s holds the credentials of another kind of machine.", folder);
  return FALSE;
}

static void
reload(SSL_CTX *context, const char *what)
{
  g_autoptr(GError) error = NULL;
  if (context != NULL && !tls_context_reload(context, &error))
    log_warning("%s is shown as before: %s", what, error->message);
}

/* The one that people see may be the joined one. */
static void
on_renewed(gpointer data)
{
  const Portal *portal = data;
  reload(portal->client_tls, "this portal's certificate");
  reload(portal->server_tls, "the public certificate");
}

/* The operator has put another public certificate in its place. */
static gboolean
on_hangup(gpointer data)
{
  const Portal *portal = data;
  log_info("reading the public certificate anew");
  reload(portal->server_tls, "the public certificate");
  return G_SOURCE_CONTINUE;
}

static gboolean
start_console(Portal *portal, GError **error)
{
  const Config *config = portal->config;
  BrokerList *brokers = broker_list_new(broker_url(portal), error);
  if (brokers == NULL) {
    g_prefix_error(error, "[portal] broker: ");
    return FALSE;
  }
  g_autofree char *learned =
      g_build_filename(config_string(config, "portal", "state-directory"), "brokers", NULL);
  portal->broker = broker_client_new(brokers, learned, portal->credentials,
                                     limit(config, "requests") + limit(config, "streams"));
  const TrustKeeperParts trust = {portal->credentials, brokers, TRUST_EVERY_S, on_renewed, portal};
  portal->trust = trust_keeper_new(&trust);
  portal->gate =
      console_gate_new(portal->broker, credentials_grant_keys(portal->credentials), &portal->counters, error);
  return portal->gate != NULL;
}

static gboolean
serves_own_certificate(const Portal *portal, gboolean *ret_is_own, GError **error)
{
  g_autofree char *certificate = NULL;
  g_autofree char *key = NULL;
  return portal_config_certificate(portal->config, &certificate, &key, error) &&
         served_certificate_is_own(certificate, credentials_ca_pem(portal->credentials), ret_is_own, error);
}

static gboolean
start_web(Portal *portal, GError **error)
{
  const Config *config = portal->config;
  gboolean certificate_is_own = FALSE;
  if (!serves_own_certificate(portal, &certificate_is_own, error))
    return FALSE;
  const ApiProxyConfig proxy = {.brokers = broker_client_brokers(portal->broker),
                                .max_requests = limit(config, "requests"),
                                .max_streams = limit(config, "streams"),
                                .certificate_is_own = certificate_is_own,
                                .answer_limit_ms = limit(config, "answer-seconds") * 1000};
  const WebServerLimits limits = {.max_body_bytes = limit(config, "body-kib") * 1024,
                                  .connection = {.read_limit_ms = limit(config, "read-seconds") * 1000,
                                                 .idle_limit_ms = limit(config, "idle-seconds") * 1000}};
  portal->files = web_files_load(config_string(config, "portal", "web-directory"),
                                 config_string(config, "portal", "spice-html5-directory"), error);
  if (portal->files == NULL)
    return FALSE;
  portal->proxy = api_proxy_new(broker_client_session(portal->broker), &proxy, &portal->counters);
  const WebServerParts parts = {.files = portal->files,
                                .proxy = portal->proxy,
                                .counters = &portal->counters,
                                .site = config_string(config, "portal", "site"),
                                .metrics = on_metrics,
                                .readiness = on_readiness,
                                .user_data = portal};
  portal->web = web_server_new(&parts, &limits);
  return TRUE;
}

static SSL_CTX *
make_server_tls(Portal *portal, GError **error)
{
  g_autofree char *certificate = NULL;
  g_autofree char *key = NULL;
  if (!portal_config_certificate(portal->config, &certificate, &key, error))
    return NULL;
  return tls_context_new_server(certificate, key, NULL, error);
}

static SSL_CTX *
make_client_tls(Portal *portal, GError **error)
{
  const char *folder = config_string(portal->config, "portal", "state-directory");
  g_autofree char *certificate = g_build_filename(folder, "identity.pem", NULL);
  g_autofree char *key = g_build_filename(folder, "identity.key", NULL);
  g_autofree char *ca = g_build_filename(folder, "ca.pem", NULL);
  return tls_context_new_client(certificate, key, ca, error);
}

static gboolean
listen_with(Portal *portal, SSL_CTX *server_tls, SSL_CTX *client_tls, GError **error)
{
  static const RelayOwner owner = {.admit = on_admit, .closed = on_closed, .stream = on_stream};
  g_autofree char *host = NULL;
  guint16 port = 0;
  if (!config_split_listen(config_string(portal->config, "portal", "listen"), &host, &port))
    g_return_val_if_reached(FALSE);
  const RelayEngineConfig config = {
      .address = host,
      .port = port,
      .server_tls = server_tls,
      .client_tls = client_tls,
      .credentials = portal->credentials,
      .threads = limit(portal->config, "threads"),
      .max_connections = limit(portal->config, "connections"),
      .max_unfinished = limit(portal->config, "unfinished"),
  };
  portal->engine = relay_engine_new(&config, &owner, portal, NULL, error);
  return portal->engine != NULL;
}

static gboolean
start_engine(Portal *portal, GError **error)
{
  portal->server_tls = make_server_tls(portal, error);
  portal->client_tls = portal->server_tls != NULL ? make_client_tls(portal, error) : NULL;
  portal->hangup_source = g_unix_signal_add(SIGHUP, on_hangup, portal);
  return portal->client_tls != NULL && listen_with(portal, portal->server_tls, portal->client_tls, error);
}

Portal *
portal_new(const Config *config, GError **error)
{
  g_autoptr(Portal) portal = g_new0(Portal, 1);
  portal->config = config;
  if (!load_credentials(portal, error) || !start_console(portal, error) || !start_web(portal, error) ||
      !start_engine(portal, error))
    return NULL;
  return g_steal_pointer(&portal);
}

char *
portal_url(const Portal *portal)
{
  const char *listen = config_string(portal->config, "portal", "listen");
  g_autofree char *host = NULL;
  guint16 port = 0;
  if (!config_split_listen(listen, &host, &port))
    return g_strdup(listen);
  gboolean is_ipv6 = strchr(host, ':') != NULL;
  return g_strdup_printf("https://%s%s%s:%u", is_ipv6 ? "[" : "", host, is_ipv6 ? "]" : "",
                         relay_engine_port(portal->engine));
}

/* What the engine still holds then are closed streams whose last bytes go out, or clients that do not hang
 * up: one more round is enough for the former. */
static gboolean
on_drain_poll(gpointer data)
{
  Portal *portal = data;
  RelayCounters relay = {0};
  relay_engine_get_counters(portal->engine, &relay);
  gboolean has_work = portal->counters.consoles > 0 || !web_server_is_idle(portal->web);
  if (has_work || (relay.active > 0 && !portal->has_drained)) {
    portal->has_drained = !has_work;
    return G_SOURCE_CONTINUE;
  }
  portal->drain_source = 0;
  daemon_quit(portal->draining);
  return G_SOURCE_REMOVE;
}

void
portal_drain(Portal *portal, Daemon *daemon)
{
  portal->draining = daemon;
  relay_engine_stop_listening(portal->engine);
  web_server_drain(portal->web);
  api_proxy_end_streams(portal->proxy);
  if (on_drain_poll(portal))
    portal->drain_source = g_timeout_add(DRAIN_POLL_MS, on_drain_poll, portal);
}

/* Callbacks may still come while the broker's calls end, so the gate and the proxy outlive them. */
void
portal_free(Portal *portal)
{
  if (portal == NULL)
    return;
  g_clear_handle_id(&portal->drain_source, g_source_remove);
  g_clear_handle_id(&portal->hangup_source, g_source_remove);
  if (portal->gate != NULL)
    console_gate_stop(portal->gate);
  g_clear_pointer(&portal->web, web_server_free);
  g_clear_pointer(&portal->proxy, api_proxy_free);
  g_clear_pointer(&portal->trust, trust_keeper_free);
  g_clear_pointer(&portal->broker, broker_client_free);
  relay_engine_free(portal->engine);
  console_gate_free(portal->gate);
  web_files_free(portal->files);
  SSL_CTX_free(portal->server_tls);
  SSL_CTX_free(portal->client_tls);
  credentials_free(portal->credentials);
  g_free(portal);
}

gboolean
portal_join(const Config *config, const char *token, GError **error)
{
  const char *url = config_string(config, "portal", "broker");
  if (url == NULL) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG,
                "Joining needs the broker's address: set [portal] broker (https://BROKER:8443).");
    return FALSE;
  }
  g_autofree char *name = portal_config_name(config);
  g_auto(GStrv) addresses = portal_config_addresses(config);
  const JoinRequest request = {.token = token,
                               .broker_url = url,
                               .name = name,
                               .addresses = (const char *const *)addresses,
                               .folder = config_string(config, "portal", "state-directory")};
  return join_run(&request, error);
}
