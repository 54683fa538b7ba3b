/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/portal_config.h"

#include "common/base/credential.h"
#include "common/base/error.h"
#include "common/base/file_guard.h"
#include "common/net/credentials.h"

#include <string.h>

static gboolean
guard_key(const Config *config, GError **error)
{
  const char *key = config_string(config, "portal", "key");
  g_autofree char *path = key != NULL ? credential_path(key, error) : NULL;
  if (key == NULL || (path != NULL && !g_file_test(path, G_FILE_TEST_EXISTS)))
    return TRUE;
  return path != NULL &&
         file_guard_check_file(
             path, credential_is_of_systemd(key) ? CREDENTIAL_FORBIDDEN : FILE_GUARD_PRIVATE, error);
}

gboolean
portal_config_guard(const Config *config, GError **error)
{
  static const char *const SECRETS[] = {"tls.key", NULL};
  const char *folder = config_string(config, "portal", "state-directory");
  return credentials_guard(folder, FILE_GUARD_PRIVATE, error) &&
         file_guard_check_folder(folder, FILE_GUARD_PRIVATE, SECRETS, error) && guard_key(config, error);
}

static const ConfigKey keys[] = {
    {"portal", "listen", CONFIG_LISTEN, "0.0.0.0:443", "where browsers, clients and viewers connect"},
    {"portal", "state-directory", CONFIG_PATH, "/var/lib/caraway/portal", "what joining gave this portal",
     .probe = portal_config_guard},
    {"portal", "broker", CONFIG_STRING, NULL,
     "URLs of brokers, the first preferred, separated by commas; by default the one that was joined",
     .optional = TRUE},
    {"portal", "name", CONFIG_STRING, NULL, "name of this portal at the broker; by default this machine's",
     .optional = TRUE},
    {"portal", "addresses", CONFIG_STRING, NULL,
     "names and addresses for the joined certificate, separated by commas", .optional = TRUE},
    {"portal", "certificate", CONFIG_SECRET, NULL,
     "public certificate with its chain (PEM), a file or credential:NAME; by default tls.crt in the state "
     "directory, or the joined one",
     .optional = TRUE},
    {"portal", "key", CONFIG_SECRET, NULL,
     "private key of the public certificate (PEM), a file or credential:NAME", .optional = TRUE,
     .probe = guard_key},
    {"portal", "site", CONFIG_STRING, "Caraway", "name of the site, shown to people who sign in"},
    {"portal", "web-directory", CONFIG_PATH, CARAWAY_WEB_DIRECTORY, "the web app"},
    {"portal", "spice-html5-directory", CONFIG_PATH, "/usr/share/spice-html5",
     "Debian's package spice-html5, the console in the browser"},
    {"limits", "connections", CONFIG_INT, "4096", "open connections; further ones are closed at once",
     .minimum = 16, .maximum = 100000},
    {"limits", "unfinished", CONFIG_INT, "256",
     "connections of one client address whose request has not come or whose console has not begun",
     .minimum = 8, .maximum = 100000},
    {"limits", "threads", CONFIG_INT, "2", "threads that carry console bytes", .minimum = 1, .maximum = 16},
    {"limits", "requests", CONFIG_INT, "256", "requests that the broker works on at a time", .minimum = 1,
     .maximum = 10000},
    {"limits", "streams", CONFIG_INT, "1024", "open event streams", .minimum = 1, .maximum = 100000},
    {"limits", "body-kib", CONFIG_INT, "256", "largest body of a request, in KiB", .minimum = 4,
     .maximum = 65536},
    {"limits", "answer-seconds", CONFIG_INT, "30", "how long the broker may take to answer", .minimum = 1,
     .maximum = 600},
    {"limits", "read-seconds", CONFIG_INT, "20", "how long a client may take to send a request", .minimum = 1,
     .maximum = 600},
    {"limits", "idle-seconds", CONFIG_INT, "75", "how long a connection is kept between two requests",
     .minimum = 1, .maximum = 3600},
    {"limits", "drain-seconds", CONFIG_INT, "10", "how long consoles may go on after SIGTERM", .minimum = 0,
     .maximum = 3600},
    {"log", "level", CONFIG_CHOICE, "info", "error, warning, info or debug",
     .choices = "error|warning|info|debug"},
    {NULL},
};

static const ConfigSwitch switches[] = {
    {"join", "TOKEN",
     "join an installation with a one-time token (carawayctl host join-token --role portal), and exit"},
    {NULL},
};

const ConfigKey *
portal_config_keys(void)
{
  return keys;
}

const ConfigSwitch *
portal_config_switches(void)
{
  return switches;
}

static void
choose_files(const char *folder, const char *certificate, const char *key, char **ret_certificate,
             char **ret_key)
{
  *ret_certificate = g_build_filename(folder, certificate, NULL);
  *ret_key = g_build_filename(folder, key, NULL);
}

gboolean
portal_config_certificate(const Config *config, char **ret_certificate, char **ret_key, GError **error)
{
  const char *certificate = config_string(config, "portal", "certificate");
  const char *key = config_string(config, "portal", "key");
  const char *folder = config_string(config, "portal", "state-directory");
  if ((certificate == NULL) != (key == NULL)) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG,
                "[portal] certificate and key belong together: set both or neither.");
    return FALSE;
  }
  if (certificate != NULL) {
    g_autofree char *path = credential_path(certificate, error);
    *ret_key = path != NULL ? credential_path(key, error) : NULL;
    *ret_certificate = g_steal_pointer(&path);
    return *ret_key != NULL;
  }
  g_autofree char *own = g_build_filename(folder, "tls.crt", NULL);
  if (g_file_test(own, G_FILE_TEST_EXISTS))
    choose_files(folder, "tls.crt", "tls.key", ret_certificate, ret_key);
  else
    choose_files(folder, "identity.pem", "identity.key", ret_certificate, ret_key);
  return TRUE;
}

char *
portal_config_name(const Config *config)
{
  const char *name = config_string(config, "portal", "name");
  if (name != NULL)
    return g_strdup(name);
  char *own = g_ascii_strdown(g_get_host_name(), -1);
  char *dot = strchr(own, '.');
  if (dot != NULL)
    *dot = '\0';
  return own;
}

char **
portal_config_addresses(const Config *config)
{
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
  const char *set = config_string(config, "portal", "addresses");
  g_auto(GStrv) list = g_strsplit(set != NULL ? set : "", ",", -1);
  for (char **item = list; *item != NULL; item++)
    if (g_strstrip(*item)[0] != '\0')
      g_strv_builder_add(builder, *item);
  g_autofree char *host = NULL;
  guint16 port = 0;
  if (config_split_listen(config_string(config, "portal", "listen"), &host, &port)) {
    g_autoptr(GInetAddress) address = g_inet_address_new_from_string(host);
    if (address != NULL && !g_inet_address_get_is_any(address))
      g_strv_builder_add(builder, host);
  }
  return g_strv_builder_end(builder);
}
