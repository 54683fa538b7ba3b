/* SPDX-License-Identifier: Apache-2.0 */
#include "host/settings.h"

#include "common/api_client/broker_list.h"
#include "common/base/error.h"
#include "common/base/file_guard.h"
#include "common/net/credentials.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

#define GROUP         "host"
#define SOCKET_FOLDER "s"
#define MAX_UNIX_PATH 107
#define UUID_LENGTH   36

/* QEMU's own user passes through the folder to the overlays, so it is no secret that it is there. */
static gboolean
guard_folder(const Config *config, GError **error)
{
  return credentials_guard(config_string(config, GROUP, "state-directory"), FILE_GUARD_SEALED, error);
}

const ConfigKey host_settings_keys[] = {
    {GROUP, "name", CONFIG_STRING, NULL, "name of this host; by default the machine's", .optional = TRUE},
    {GROUP, "broker", CONFIG_STRING, NULL,
     "URLs of brokers, the first preferred, separated by commas; by default that of joining, and those that "
     "it tells of",
     .optional = TRUE},
    {GROUP, "libvirt-uri", CONFIG_STRING, "qemu:///system", "qemu:///system or qemu:///embed?root=DIR"},
    {GROUP, "state-directory", CONFIG_PATH, "/var/lib/caraway/host", "identity, records, disks, logs",
     .probe = guard_folder},
    {GROUP, "image-directory", CONFIG_PATH, "/var/lib/caraway/images",
     "the images that desktops are made of"},
    {GROUP, "relay-address", CONFIG_STRING, "127.0.0.1",
     "where portals and clients reach this host's relay: an IP address or a DNS name, to be set before "
     "joining "
     "a broker on another machine"},
    {GROUP, "relay-port", CONFIG_INT, "8444", "port of this host's relay", .minimum = 1, .maximum = 65535},
    {GROUP, "relay-socket", CONFIG_PATH, "/run/caraway/relay.sock", "control socket of this host's relay"},
    {GROUP, "relay-state-directory", CONFIG_PATH, "/var/lib/caraway/relay",
     "where joining puts the relay's identity"},
    {GROUP, "relay-user", CONFIG_STRING, NULL, "owner of the relay's state directory, when root joins",
     .optional = TRUE},
    {GROUP, "http-listen", CONFIG_LISTEN, NULL, "serve /healthz /readyz /metrics here", .optional = TRUE},
    {GROUP, "accelerator", CONFIG_CHOICE, "auto", "kvm where it proves to work, else emulation",
     .choices = "auto|kvm|tcg"},
    {GROUP, "reserve-memory-mib", CONFIG_INT, "512", "memory never given to desktops", .minimum = 0,
     .maximum = 1 << 24},
    {GROUP, "reserve-disk-mib", CONFIG_INT, "2048", "disk that must stay free to make a desktop",
     .minimum = 0, .maximum = 1 << 30},
    {GROUP, "network", CONFIG_STRING, "user", "of desktops: user, none or bridge:NAME"},
    {GROUP, "shutdown-limit-s", CONFIG_INT, "120", "seconds a guest gets to switch itself off", .minimum = 1,
     .maximum = 3600},
    {GROUP, "workers", CONFIG_INT, "4", "desktops that are made or ended at the same time", .minimum = 1,
     .maximum = 64},
    {"log", "level", CONFIG_CHOICE, "info", "error, warning, info or debug",
     .choices = "error|warning|info|debug"},
    {NULL},
};

const ConfigSwitch host_settings_switches[] = {
    {"join", "TOKEN", "join an installation with a token of the broker, then exit"},
    {"destroy-all", NULL, "end and remove all desktops of this installation on this host, then exit"},
    {NULL},
};

static char *
optional(const Config *config, const char *key)
{
  return g_strdup(config_string(config, GROUP, key));
}

static gboolean
read_network(HostSettings *settings, GError **error)
{
  if (domain_network_parse(settings->network_text, &settings->network))
    return TRUE;
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG,
              "host.network is “%s”, but must be user, none or bridge:NAME.", settings->network_text);
  return FALSE;
}

/* The machine's own name up to its first dot, in lower case, as identities want it. */
static char *
default_name(void)
{
  g_auto(GStrv) parts = g_strsplit(g_get_host_name(), ".", 2);
  return g_ascii_strdown(parts[0] != NULL ? parts[0] : "host", -1);
}

static gboolean
check_brokers(const HostSettings *settings, GError **error)
{
  if (settings->broker_url == NULL)
    return TRUE;
  g_autoptr(BrokerList) brokers = broker_list_new(settings->broker_url, error);
  if (brokers == NULL)
    g_prefix_error(error, "host.broker: ");
  return brokers != NULL;
}

HostSettings *
host_settings_new(const Config *config, GError **error)
{
  g_autoptr(HostSettings) settings = g_new0(HostSettings, 1);
  settings->name = optional(config, "name");
  if (settings->name == NULL)
    settings->name = default_name();
  settings->broker_url = optional(config, "broker");
  settings->libvirt_uri = optional(config, "libvirt-uri");
  settings->state_directory = optional(config, "state-directory");
  settings->image_directory = optional(config, "image-directory");
  settings->relay_address = optional(config, "relay-address");
  settings->relay_port = (guint16)config_int(config, GROUP, "relay-port");
  settings->relay_socket = optional(config, "relay-socket");
  settings->relay_state_directory = optional(config, "relay-state-directory");
  settings->relay_user = optional(config, "relay-user");
  settings->http_listen = optional(config, "http-listen");
  settings->accelerator = optional(config, "accelerator");
  settings->reserved_memory_mib = config_int(config, GROUP, "reserve-memory-mib");
  settings->reserved_disk_mib = config_int(config, GROUP, "reserve-disk-mib");
  settings->workers = (guint)config_int(config, GROUP, "workers");
  settings->shutdown_limit_s = config_int(config, GROUP, "shutdown-limit-s");
  settings->network_text = optional(config, "network");
  if (!read_network(settings, error) || !check_brokers(settings, error))
    return NULL;
  return g_steal_pointer(&settings);
}

/* Whether @host, an IP address or a name, means nothing but the machine that says it. */
static gboolean
is_this_machine(const char *host)
{
  g_autoptr(GInetAddress) address = g_inet_address_new_from_string(host);
  if (address != NULL)
    return g_inet_address_get_is_loopback(address) || g_inet_address_get_is_any(address);
  g_autofree char *name = g_ascii_strdown(host, -1);
  return strcmp(name, "localhost") == 0 || g_str_has_suffix(name, ".localhost");
}

gboolean
host_settings_check_relay(const HostSettings *settings, const char *broker_url, GError **error)
{
  g_autoptr(GUri) url = g_uri_parse(broker_url, G_URI_FLAGS_NONE, NULL);
  if (!is_this_machine(settings->relay_address) || (url != NULL && is_this_machine(g_uri_get_host(url))))
    return TRUE;
  g_set_error(
      error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG,
      "host.relay-address is “%s”, where portals and clients on other machines do not reach this host's "
      "relay: set relay-address in the configuration file to this host's address or DNS name.",
      settings->relay_address);
  return FALSE;
}

char *
host_settings_path(const HostSettings *settings, const char *name)
{
  return g_build_filename(settings->state_directory, name, NULL);
}

gboolean
host_settings_make_folders(const HostSettings *settings, GError **error)
{
  g_autofree char *sockets = host_settings_path(settings, SOCKET_FOLDER);
  if (strlen(sockets) + 1 + UUID_LENGTH + 2 > MAX_UNIX_PATH) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG,
                "host.state-directory is too long: the sockets of desktops below it must fit %d bytes.",
                MAX_UNIX_PATH);
    return FALSE;
  }
  static const char *const folders[] = {"desktops", "overlays", "kept", "logs", SOCKET_FOLDER, NULL};
  for (guint i = 0; folders[i] != NULL; i++) {
    g_autofree char *path = host_settings_path(settings, folders[i]);
    if (g_mkdir_with_parents(path, 0711) != 0) {
      g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG, "Cannot make the folder %s: %s", path,
                  g_strerror(errno));
      return FALSE;
    }
  }
  return TRUE;
}

static char *
path_of(const HostSettings *settings, const char *folder, const char *id, const char *ending)
{
  g_autofree char *file = g_strconcat(id, ending, NULL);
  return g_build_filename(settings->state_directory, folder, file, NULL);
}

DesktopPaths *
desktop_paths_new(const HostSettings *settings, const char *id, gboolean is_kept)
{
  const char *folder = is_kept ? "kept" : "overlays";
  DesktopPaths *paths = g_new0(DesktopPaths, 1);
  paths->record = path_of(settings, "desktops", id, ".json");
  paths->overlay = path_of(settings, folder, id, ".qcow2");
  for (guint i = 0; i < HOST_COMMAND_MAX_DISKS; i++) {
    g_autofree char *ending = g_strdup_printf("-%u.qcow2", i + 1);
    paths->disks[i] = path_of(settings, folder, id, ending);
  }
  paths->boot_log = path_of(settings, "logs", id, ".log");
  paths->guest_socket = path_of(settings, SOCKET_FOLDER, id, ".g");
  paths->agent_socket = path_of(settings, SOCKET_FOLDER, id, ".a");
  return paths;
}

DesktopPaths *
desktop_paths_of(const HostSettings *settings, const DesktopRecord *record)
{
  return desktop_paths_new(settings, record->id, desktop_record_is_kept(record));
}

char *
host_settings_base_path(const HostSettings *settings, const char *hash)
{
  g_autofree char *name = g_strconcat("base-", hash, NULL);
  return path_of(settings, "kept", name, ".qcow2");
}

void
desktop_paths_free(DesktopPaths *paths)
{
  if (paths == NULL)
    return;
  g_free(paths->record);
  g_free(paths->overlay);
  g_free(paths->boot_log);
  g_free(paths->guest_socket);
  g_free(paths->agent_socket);
  for (guint i = 0; i < HOST_COMMAND_MAX_DISKS; i++)
    g_free(paths->disks[i]);
  g_free(paths);
}

void
host_settings_free(HostSettings *settings)
{
  if (settings == NULL)
    return;
  char *texts[] = {settings->name,
                   settings->broker_url,
                   settings->libvirt_uri,
                   settings->state_directory,
                   settings->image_directory,
                   settings->relay_address,
                   settings->relay_socket,
                   settings->relay_state_directory,
                   settings->relay_user,
                   settings->http_listen,
                   settings->accelerator,
                   settings->network_text};
  for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
    g_free(texts[i]);
  g_free(settings);
}
