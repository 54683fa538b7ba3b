/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/broker.h"

#include "broker/api/api_server.h"
#include "broker/api/machine_check.h"
#include "broker/auth/authenticator_folder.h"
#include "broker/database_commands.h"
#include "broker/host_bridge.h"
#include "broker/own_certificate.h"
#include "broker/service/cluster/broker_directory.h"
#include "broker/service/hosts/host_registry.h"
#include "broker/service/people/factor_key.h"
#include "broker/service/people/second_factor.h"
#include "broker/service/setup.h"
#include "broker/service/trust/grant_keys.h"
#include "broker/state_folder.h"
#include "common/base/daemon.h"
#include "common/base/error.h"
#include "common/base/log.h"
#include "common/base/secret.h"
#include "common/wire/join_token.h"

#include <string.h>

#define DRAIN_LIMIT_MS     15000
#define REPLAYS_MAX        1024
#define REPLAY_LIFETIME_US (15 * 60 * G_TIME_SPAN_SECOND)
#define HOST_WORKERS       4
#define ADDRESSES_MAX      15 /* and the name */
#define COMMAND_LINE       "command line"

static gboolean
probe_authenticators(const Config *config, GError **error)
{
  g_autoptr(AuthenticatorFolder) folder = authenticator_folder_open(
      config_string(config, "sign-in", "authenticators"), authenticator_types(), error);
  return folder != NULL;
}

static const ConfigKey KEYS[] = {
    {"broker", "listen", CONFIG_LISTEN, "0.0.0.0:8443",
     "address and port that hosts, portals and clients reach"},
    {"broker", "state-directory", CONFIG_PATH, "/var/lib/caraway/broker",
     "keys, certificates and the database", .probe = state_folder_probe},
    {"broker", "database", CONFIG_PATH_OR_URL, NULL,
     "SQLite file, postgresql://USER@HOST/NAME of several brokers, or credential:NAME that holds one of them "
     "(default: caraway.db in the state directory)",
     .optional = TRUE, .probe = database_commands_probe},
    {"broker", "name", CONFIG_STRING, "b1",
     "name of this broker in its certificate; brokers of one database each have their own"},
    {"broker", "public-address", CONFIG_STRING, NULL,
     "addresses and DNS names for its certificate, separated by commas (default: this machine's name)",
     .optional = TRUE},
    {"broker", "url", CONFIG_STRING, NULL,
     "URL by which hosts, portals and other brokers reach this one (default: the first public address and "
     "the port)",
     .optional = TRUE},
    {"broker", "workers", CONFIG_INT, "8", "requests that are worked on at once", 2, 64},
    {"broker", "hash-workers", CONFIG_INT, "2", "passwords that are checked at once", 1, 16},
    {"broker", "queue", CONFIG_INT, "256", "requests that may wait for a worker", 1, 100000},
    {"broker", "max-connections", CONFIG_INT, "2000", "connections open at once", 16, 100000},
    {"broker", "heartbeat-ms", CONFIG_INT, "5000",
     "how often hosts give a sign of life; three missed are silence", 100, 60000},
    {"sign-in", "idle-limit-s", CONFIG_INT, "43200", "a sign-in that rests for so long ends", 60, 2592000},
    {"sign-in", "lifetime-s", CONFIG_INT, "604800", "a sign-in ends after so long in any case", 60, 31536000},
    {"sign-in", "administrator-idle-limit-s", CONFIG_INT, "7200", "the same for administrators", 60, 2592000},
    {"sign-in", "administrator-lifetime-s", CONFIG_INT, "86400", "the same for administrators", 60, 31536000},
    {"sign-in", "authenticators", CONFIG_PATH, "/etc/caraway/authenticators.d",
     "folder with a NAME.conf for each directory and identity provider that people sign in by",
     .probe = probe_authenticators},
    {"grants", "key-days", CONFIG_INT, "30",
     "a key signs grants of consoles for so many days, then the next one does; 0: until somebody asks for it",
     0, 3650},
    {"grants", "key-overlap-s", CONFIG_INT, "600",
     "the next key is known everywhere for so long before it signs, and the old one counts so long after "
     "(180 s at "
     "least)",
     1, 86400},
    {"audit", "keep-days", CONFIG_INT, "365", "rows of the audit log are removed after so many days", 1,
     36500},
    {"certificates", "ca-key", CONFIG_SECRET, NULL,
     "key of the authority, a file or credential:NAME (default: ca.key in the state directory)",
     .optional = TRUE},
    {"certificates", "life-days", CONFIG_INT, "90",
     "how long certificates of machines are good for; they renew themselves after two thirds", 3, 825},
    {"log", "level", CONFIG_CHOICE, "info", "what is logged", .choices = "error|warning|info|debug"},
    {NULL},
};

struct Broker {
  const Config *config;
  StateFolder *folder;
  AuthenticatorFolder *authenticators;
  Services *services;
  Authority *authority;
  Identity *identity;
  Credentials *credentials;
  GrantKeys *grant_keys;
  GrantKey *audit_key;
  HostBridge *bridge;
  HostLinkHub *hub;
  ReplayCache *replays;
  ApiContext context;
  ApiServer *server;
  OwnCertificate *own_certificate;
  Daemon *daemon; /* while it runs */
  gboolean is_replaced;
};

const ConfigKey *
broker_config_keys(void)
{
  return KEYS;
}

static SignInLimit
read_limit(const Config *config, const char *idle_key, const char *lifetime_key)
{
  return (SignInLimit){config_int(config, "sign-in", idle_key) * G_USEC_PER_SEC,
                       config_int(config, "sign-in", lifetime_key) * G_USEC_PER_SEC};
}

static gboolean
open_services(Broker *broker, GError **error)
{
  const Config *config = broker->config;
  broker->authenticators = authenticator_folder_open(config_string(config, "sign-in", "authenticators"),
                                                     authenticator_types(), error);
  char *address = broker->authenticators != NULL ? database_commands_address(config, error) : NULL;
  if (address == NULL)
    return FALSE;
  ServicesOptions options = {
      .directories = broker->authenticators,
      .database_path = address,
      .broker_name = config_string(config, "broker", "name"),
      .clock = clock_system(),
      .sign_in = {.user = read_limit(config, "idle-limit-s", "lifetime-s"),
                  .administrator =
                      read_limit(config, "administrator-idle-limit-s", "administrator-lifetime-s")},
      .hash_workers = (guint)config_int(config, "broker", "hash-workers"),
      .audit_keep_days = (guint)config_int(config, "audit", "keep-days"),
  };
  broker->services = services_new(&options, error);
  secret_free(address);
  return broker->services != NULL;
}

/* What the certificate names: the addresses that were given, else the machine's name and loopback. */
static GStrv
certificate_addresses(const Config *config, GError **error)
{
  const char *given = config_string(config, "broker", "public-address");
  g_autofree char *fallback = g_strconcat(g_get_host_name(), ",localhost,127.0.0.1", NULL);
  g_auto(GStrv) addresses = g_strsplit(given != NULL ? given : fallback, ",", ADDRESSES_MAX + 1);
  for (char **address = addresses; *address != NULL; address++) {
    g_strstrip(*address);
    if (!authority_address_is_valid(*address)) {
      g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG,
                  "broker.public-address: “%s” is neither an IP address nor a DNS name.", *address);
      return NULL;
    }
  }
  return g_steal_pointer(&addresses);
}

/* Brokers of one database share one authority; only the first makes one. */
static gboolean
open_authority(Broker *broker, const char *folder, GError **error)
{
  gboolean has_authority;
  g_autofree char *own = g_build_filename(folder, "ca.pem", NULL);
  if (!broker_directory_has_authority(broker->services, &has_authority, error))
    return FALSE;
  if (has_authority && !g_file_test(own, G_FILE_TEST_EXISTS)) {
    g_set_error(
        error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG,
        "This database belongs to an installation whose certificate authority is not in %s. Copy ca.pem and "
        "ca.key there from the state directory of a broker that runs, and start again.",
        folder);
    return FALSE;
  }
  broker->authority = authority_open_with_key(folder, config_string(broker->config, "certificates", "ca-key"),
                                              services_installation(broker->services), error);
  if (broker->authority == NULL)
    return FALSE;
  authority_set_life(broker->authority, (guint)config_int(broker->config, "certificates", "life-days"));
  return broker_directory_check_authority(broker->services, authority_ca_hash(broker->authority), error);
}

static gboolean
open_grant_keys(Broker *broker, const char *folder, GError **error)
{
  const GrantKeysSettings settings = {
      .folder = folder,
      .life_us = config_int(broker->config, "grants", "key-days") * G_TIME_SPAN_DAY,
      .overlap_us = config_int(broker->config, "grants", "key-overlap-s") * G_TIME_SPAN_SECOND,
  };
  broker->grant_keys = grant_keys_open(broker->services, &settings, error);
  return broker->grant_keys != NULL;
}

static gboolean
open_audit_key(Broker *broker, const char *name, GError **error)
{
  broker->audit_key = state_folder_audit_key(broker->folder, name, error);
  return broker->audit_key != NULL && services_set_audit_key(broker->services, broker->audit_key, error);
}

static gboolean
check_name(const char *name, GError **error)
{
  if (identity_name_is_valid(name))
    return TRUE;
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG,
              "broker.name: “%s” must be up to 63 of a-z, 0-9, '-' and '.'.", name);
  return FALSE;
}

/* Every broker of the database has the authority's key, and the database has not. */
static gboolean
open_factor_key(Broker *broker, GError **error)
{
  guint8 key[FACTOR_KEY_BYTES];
  authority_derive(broker->authority, "caraway second factors", key, sizeof key);
  gboolean opened = factor_key_open(broker->services, key, error);
  explicit_bzero(key, sizeof key);
  return opened;
}

static gboolean
open_trust(Broker *broker, GError **error)
{
  const char *name = config_string(broker->config, "broker", "name");
  g_auto(GStrv) addresses = certificate_addresses(broker->config, error);
  if (addresses == NULL)
    return FALSE;
  g_autofree char *path = state_folder_file(broker->folder, "");
  if (!open_authority(broker, path, error) || !open_factor_key(broker, error))
    return FALSE;
  broker->identity = identity_new(services_installation(broker->services), IDENTITY_BROKER, name);
  if (!own_certificate_ensure(broker->services, broker->authority, path, broker->identity,
                              (const char *const *)addresses, error))
    return FALSE;
  broker->credentials = credentials_load(path, error);
  if (broker->credentials == NULL)
    return FALSE;
  return open_grant_keys(broker, path, error) && open_audit_key(broker, name, error);
}

Broker *
broker_open(const Config *config, GError **error)
{
  g_autoptr(Broker) broker = g_new0(Broker, 1);
  broker->config = config;
  if (!check_name(config_string(config, "broker", "name"), error) || !state_folder_probe(config, error))
    return NULL;
  broker->folder = state_folder_open(config_string(config, "broker", "state-directory"), error);
  if (broker->folder == NULL || !open_services(broker, error) || !open_trust(broker, error))
    return NULL;
  return g_steal_pointer(&broker);
}

gboolean
broker_create_administrator(Broker *broker, const char *name, const char *password, GError **error)
{
  return setup_first_administrator(broker->services, name, password, FALSE, error);
}

gboolean
broker_remove_second_factor(Broker *broker, const char *name, GError **error)
{
  g_autoptr(Caller) caller = caller_new("", COMMAND_LINE, TRUE, "", "");
  return second_factor_reset(broker->services, caller, name, error);
}

char *
broker_create_join_token(Broker *broker, const char *role, GError **error)
{
  g_autoptr(Caller) caller = caller_new("", COMMAND_LINE, TRUE, "", "");
  g_autoptr(JoinToken) token = host_registry_create_join_token(broker->services, caller, role, 0, error);
  return token != NULL ? join_token_text(role, token->secret, authority_ca_hash(broker->authority)) : NULL;
}

static guint
count_hosts(gpointer data)
{
  return host_link_hub_count(data);
}

static gboolean
host_counts(const char *host, const char *serial, gpointer services)
{
  const Identity peer = {.role = IDENTITY_HOST, .name = (char *)host, .serial = (char *)serial};
  return machine_check_counts(&peer, services);
}

/* Connections of machines whose certificates were revoked are cut; hosts are told to fetch the list anew. */
static void
on_trust_changed(gpointer data)
{
  Broker *broker = data;
  g_autoptr(GPtrArray) keys = broker_directory_keys(broker->services);
  host_link_hub_review(broker->hub);
  host_link_hub_tell_keys(broker->hub, keys);
  api_server_review(broker->server);
  own_certificate_look(broker->own_certificate);
}

static void
on_own_renewed(gpointer data)
{
  Broker *broker = data;
  g_autoptr(GError) error = NULL;
  if (!credentials_reload(broker->credentials, &error))
    log_warning("other brokers are shown the certificate as before: %s", error->message);
  api_server_renew(broker->server);
  log_info("this broker has a new certificate");
}

static gboolean
watch_own_certificate(Broker *broker, GError **error)
{
  g_autofree char *folder = state_folder_file(broker->folder, "");
  g_auto(GStrv) addresses = certificate_addresses(broker->config, error);
  if (addresses == NULL)
    return FALSE;
  broker->own_certificate =
      own_certificate_watch(broker->services, broker->authority, folder, broker->identity,
                            (const char *const *)addresses, on_own_renewed, broker);
  return TRUE;
}

static void
open_hub(Broker *broker)
{
  broker->bridge = host_bridge_new(broker->services, broker->credentials);
  HostLinkSettings settings = {
      .listener = host_bridge_listener(broker->bridge),
      .installation = services_installation(broker->services),
      .clock = services_time(broker->services),
      .heartbeat_ms = (guint)config_int(broker->config, "broker", "heartbeat-ms"),
      .workers = HOST_WORKERS,
      .counts = host_counts,
      .user_data = broker->services,
  };
  broker->hub = host_link_hub_new(&settings);
  host_bridge_set_hub(broker->bridge, broker->hub);
  services_set_sender(broker->services, host_bridge_sender(broker->bridge));
  services_set_grant_keys(broker->services, broker->grant_keys);
}

static gboolean
open_server(Broker *broker, GError **error)
{
  const Config *config = broker->config;
  g_autofree char *host = NULL;
  guint16 port = 0;
  if (!config_split_listen(config_string(config, "broker", "listen"), &host, &port))
    g_return_val_if_reached(FALSE); /* config checked it */
  g_autofree char *folder = state_folder_file(broker->folder, "");
  broker->replays = replay_cache_new(REPLAYS_MAX, REPLAY_LIFETIME_US);
  broker->context = (ApiContext){
      .services = broker->services,
      .authority = broker->authority,
      .replays = broker->replays,
      .identity = broker->identity,
      .count_hosts = count_hosts,
      .count_data = broker->hub,
  };
  ApiServerSettings settings = {
      .context = &broker->context,
      .folder = folder,
      .credentials = broker->credentials,
      .hub = broker->hub,
      .host = host,
      .port = port,
      .workers = (guint)config_int(config, "broker", "workers"),
      .queue_limit = (guint)config_int(config, "broker", "queue"),
      .max_connections = (guint)config_int(config, "broker", "max-connections"),
  };
  broker->server = api_server_new(&settings, error);
  return broker->server != NULL;
}

static void
on_drained(gpointer daemon)
{
  daemon_quit(daemon);
}

static void
on_stop(Daemon *daemon, gpointer data)
{
  Broker *broker = data;
  host_link_hub_stop(broker->hub);
  api_server_drain(broker->server, on_drained, daemon);
}

/* Where the others find this one. */
static gboolean
announce(Broker *broker, GError **error)
{
  const char *given = config_string(broker->config, "broker", "url");
  if (given != NULL)
    return broker_directory_announce(broker->services, given, error);
  g_auto(GStrv) addresses = certificate_addresses(broker->config, error);
  if (addresses == NULL)
    return FALSE;
  gboolean is_ipv6 = strchr(addresses[0], ':') != NULL;
  g_autofree char *url = g_strdup_printf(is_ipv6 ? "https://[%s]:%u" : "https://%s:%u", addresses[0],
                                         api_server_port(broker->server));
  return broker_directory_announce(broker->services, url, error);
}

static gboolean
quit(gpointer daemon)
{
  daemon_quit(daemon);
  return G_SOURCE_REMOVE;
}

static void
on_replaced(gpointer data)
{
  Broker *broker = data;
  broker->is_replaced = TRUE;
  g_idle_add(quit, broker->daemon);
}

/* Settings hold no secret, but their digest says whether they are those of yesterday. */
static gboolean
tell_start(Broker *broker, GError **error)
{
  g_autoptr(GChecksum) digest = g_checksum_new(G_CHECKSUM_SHA256);
  for (const ConfigKey *key = KEYS; key->group != NULL; key++) {
    if (g_str_equal(key->key, "database")) /* its address may hold a password */
      continue;
    const char *value = config_string(broker->config, key->group, key->key);
    g_autofree char *line = g_strdup_printf("%s.%s=%s\n", key->group, key->key, value != NULL ? value : "");
    g_checksum_update(digest, (const guchar *)line, -1);
  }
  g_autofree char *detail =
      g_strdup_printf("Version %s, configuration sha256 %s.", CARAWAY_VERSION, g_checksum_get_string(digest));
  return services_tell_life(broker->services, TRUE, detail, error);
}

static void
tell_stop(Broker *broker)
{
  g_autoptr(GError) error = NULL;
  if (!broker->is_replaced && !services_tell_life(broker->services, FALSE, "", &error))
    log_warning("That this broker stops was not written to the audit log: %s", error->message);
}

gboolean
broker_run(Broker *broker, GError **error)
{
  open_hub(broker);
  if (!open_server(broker, error) || !announce(broker, error) || !watch_own_certificate(broker, error))
    return FALSE;
  gboolean needs_setup = FALSE;
  if (setup_needed(broker->services, &needs_setup, NULL) && needs_setup)
    log_warning("There is no administrator yet. Stop the broker and run: caraway-broker --create-admin NAME");
  g_autoptr(Daemon) daemon = daemon_new(on_stop, broker, DRAIN_LIMIT_MS);
  broker->daemon = daemon;
  services_set_replaced(broker->services, on_replaced, broker);
  host_bridge_set_trust_changed(broker->bridge, on_trust_changed, broker);
  if (!tell_start(broker, error))
    return FALSE;
  services_start(broker->services);
  g_autofree char *what = g_strdup_printf("serving on port %u", api_server_port(broker->server));
  daemon_run(daemon, what);
  tell_stop(broker);
  if (broker->is_replaced)
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT,
                "Another process took the place of the broker %s while this one was away.",
                config_string(broker->config, "broker", "name"));
  return !broker->is_replaced;
}

/* The services' own threads go first, since they tell the server of what changed, then the server, then the
 * links, whose last events still reach the services. */
void
broker_free(Broker *broker)
{
  if (broker == NULL)
    return;
  if (broker->hub != NULL)
    host_link_hub_stop(broker->hub);
  if (broker->services != NULL)
    services_stop(broker->services);
  own_certificate_free(broker->own_certificate);
  api_server_free(broker->server);
  replay_cache_free(broker->replays);
  host_link_hub_free(broker->hub);
  services_free(broker->services);
  authenticator_folder_free(broker->authenticators);
  host_bridge_free(broker->bridge);
  grant_keys_free(broker->grant_keys);
  grant_key_free(broker->audit_key);
  credentials_free(broker->credentials);
  identity_free(broker->identity);
  authority_free(broker->authority);
  state_folder_close(broker->folder);
  g_free(broker);
}
