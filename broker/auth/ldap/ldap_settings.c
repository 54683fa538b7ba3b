/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/auth/ldap/ldap_settings.h"

#include "broker/auth/authenticator_folder.h"
#include "broker/auth/ldap/ldap_text.h"
#include "common/base/credential.h"
#include "common/base/error.h"
#include "common/base/secret.h"

#define GROUP              "ldap"
#define SERVERS_MAX        8
#define PASSWORD_MAX_BYTES 1024
#define LDAPS_PORT         636
#define LDAP_PLAIN_PORT    389

static const ConfigKey KEYS[] = {
    AUTHENTICATOR_KEYS,
    {GROUP, "servers", CONFIG_STRING, NULL,
     "ldaps://HOST[:PORT], or ldap://HOST[:PORT] with StartTLS; several with commas are tried in this order"},
    {GROUP, "ca-file", CONFIG_PATH, "/etc/ssl/certs/ca-certificates.crt",
     "authorities that sign the certificates of the servers"},
    {GROUP, "bind-dn", CONFIG_STRING, NULL, "who searches (default: nobody in particular)", .optional = TRUE},
    {GROUP, "bind-password", CONFIG_SECRET, NULL, "file with its password, or credential:NAME",
     .optional = TRUE},
    {GROUP, "base", CONFIG_STRING, NULL, "entry below which people are searched for"},
    {GROUP, "filter", CONFIG_STRING, "(uid=" LDAP_TEXT_USER ")", "finds one person, by what was typed"},
    {GROUP, "name-attribute", CONFIG_STRING, "uid", "holds the name of the account"},
    {GROUP, "full-name-attribute", CONFIG_STRING, "cn", "holds the name for people"},
    {GROUP, "id-attribute", CONFIG_STRING, "entryUUID",
     "holds what never changes; objectGUID in Active Directory"},
    {GROUP, "groups", CONFIG_CHOICE, "member-of", "how groups are found",
     .choices = "none|member-of|member|in-chain"},
    {GROUP, "group-base", CONFIG_STRING, NULL, "entry below which groups count (default: base)",
     .optional = TRUE},
    {GROUP, "group-filter", CONFIG_STRING, "(member=" LDAP_TEXT_DN ")",
     "finds the groups of an entry, for member and in-chain"},
    {GROUP, "group-name-attribute", CONFIG_STRING, NULL,
     "groups may also be linked by this attribute, such as cn (default: by their whole name alone)",
     .optional = TRUE},
    {GROUP, "group-depth", CONFIG_INT, "8", "so deep groups are followed into groups", 1, 32},
    {GROUP, "group-limit", CONFIG_INT, "500", "so many groups of a person are looked at", 1, 5000},
    {GROUP, "operation-timeout-ms", CONFIG_INT, "5000", "one question may take so long", 100, 60000},
    {GROUP, "timeout-ms", CONFIG_INT, "10000", "a whole sign-in may take so long there", 200, 120000},
    {GROUP, "page-size", CONFIG_INT, "200", "entries that are asked for at once", 1, 1000},
    {GROUP, "workers", CONFIG_INT, "4", "so many ask at once; twice as many may wait", 1, 16},
    {GROUP, "recheck-s", CONFIG_INT, "300", "how often those who are signed in are looked up again; 0: never",
     0, 86400},
    {NULL},
};

const ConfigKey *
ldap_settings_keys(void)
{
  return KEYS;
}

static gboolean
fail(GError **error, const char *key, const char *sentence)
{
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG, "[" GROUP "] %s %s", key, sentence);
  return FALSE;
}

static void
server_free(gpointer data)
{
  LdapServer *server = data;
  g_free(server->uri);
  g_free(server->host);
  g_free(server);
}

/* No way without TLS is there to be chosen: passwords go over it. */
static gboolean
add_server(LdapSettings *settings, const char *text, GError **error)
{
  static const char SENTENCE[] = "must be ldaps://HOST[:PORT] or ldap://HOST[:PORT], several with commas";
  g_autoptr(GUri) uri = g_uri_parse(text, G_URI_FLAGS_NONE, NULL);
  const char *scheme = uri != NULL ? g_uri_get_scheme(uri) : "";
  gboolean by_start_tls = g_str_equal(scheme, "ldap");
  if ((!by_start_tls && !g_str_equal(scheme, "ldaps")) || g_uri_get_host(uri) == NULL ||
      *g_uri_get_host(uri) == '\0' || g_uri_get_userinfo(uri) != NULL || g_uri_get_query(uri) != NULL ||
      (*g_uri_get_path(uri) != '\0' && !g_str_equal(g_uri_get_path(uri), "/")))
    return fail(error, "servers", SENTENCE);
  if (settings->servers->len >= SERVERS_MAX)
    return fail(error, "servers", "has more than " G_STRINGIFY(SERVERS_MAX) " servers");
  LdapServer *server = g_new0(LdapServer, 1);
  server->host = g_strdup(g_uri_get_host(uri));
  server->port = g_uri_get_port(uri) > 0 ? (guint16)g_uri_get_port(uri)
                 : by_start_tls          ? LDAP_PLAIN_PORT
                                         : LDAPS_PORT;
  server->by_start_tls = by_start_tls;
  server->uri = g_uri_join(G_URI_FLAGS_NONE, scheme, NULL, server->host, server->port, "/", NULL, NULL);
  g_ptr_array_add(settings->servers, server);
  return TRUE;
}

static gboolean
read_servers(LdapSettings *settings, const Config *config, GError **error)
{
  settings->servers = g_ptr_array_new_with_free_func(server_free);
  g_auto(GStrv) texts = g_strsplit(config_string(config, GROUP, "servers"), ",", -1);
  for (char **text = texts; *text != NULL; text++)
    if (!add_server(settings, g_strstrip(*text), error))
      return FALSE;
  return TRUE;
}

static gboolean
read_bind(LdapSettings *settings, const Config *config, GError **error)
{
  const char *source = config_string(config, GROUP, "bind-password");
  settings->bind_dn = g_strdup(config_string(config, GROUP, "bind-dn"));
  if ((settings->bind_dn == NULL) != (source == NULL))
    return fail(error, "bind-dn", "and bind-password belong together; give both or none");
  if (source == NULL)
    return TRUE;
  settings->bind_password = credential_read(source, PASSWORD_MAX_BYTES, error);
  if (settings->bind_password == NULL)
    g_prefix_error(error, "[" GROUP "] bind-password: ");
  return settings->bind_password != NULL;
}

static gboolean
is_attribute(const char *name)
{
  return name[0] != '\0' &&
         name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.")] == '\0';
}

/* A copy (transfer full) of the attribute that @key names; NULL after a failure. */
static char *
read_attribute(const Config *config, const char *key, GError **error)
{
  const char *name = config_string(config, GROUP, key);
  if (is_attribute(name))
    return g_strdup(name);
  (void)fail(error, key, "must be the name of one attribute");
  return NULL;
}

static gboolean
read_people(LdapSettings *settings, const Config *config, GError **error)
{
  g_autofree char *base = ldap_text_dn_key(config_string(config, GROUP, "base"));
  if (base == NULL)
    return fail(error, "base", "must be the name of an entry, such as ou=people,dc=example,dc=org");
  settings->base = g_strdup(config_string(config, GROUP, "base"));
  settings->filter = g_strdup(config_string(config, GROUP, "filter"));
  if (!ldap_text_filter_is_valid(settings->filter, LDAP_TEXT_USER))
    return fail(error, "filter", "must be a filter in parentheses that has " LDAP_TEXT_USER);
  settings->name_attribute = read_attribute(config, "name-attribute", error);
  settings->full_name_attribute =
      settings->name_attribute != NULL ? read_attribute(config, "full-name-attribute", error) : NULL;
  settings->id_attribute =
      settings->full_name_attribute != NULL ? read_attribute(config, "id-attribute", error) : NULL;
  settings->id_is_guid =
      settings->id_attribute != NULL && g_ascii_strcasecmp(settings->id_attribute, "objectGUID") == 0;
  return settings->id_attribute != NULL;
}

static LdapGroupsWay
groups_way(const char *name)
{
  return g_str_equal(name, "member-of")  ? LDAP_GROUPS_MEMBER_OF
         : g_str_equal(name, "member")   ? LDAP_GROUPS_MEMBER
         : g_str_equal(name, "in-chain") ? LDAP_GROUPS_IN_CHAIN
                                         : LDAP_GROUPS_NONE;
}

static gboolean
read_groups(LdapSettings *settings, const Config *config, GError **error)
{
  const char *base = config_string(config, GROUP, "group-base");
  settings->groups_way = groups_way(config_string(config, GROUP, "groups"));
  settings->group_base = ldap_text_dn_key(base != NULL ? base : settings->base);
  if (settings->group_base == NULL)
    return fail(error, "group-base", "must be the name of an entry");
  settings->group_filter = g_strdup(config_string(config, GROUP, "group-filter"));
  if (!ldap_text_filter_is_valid(settings->group_filter, LDAP_TEXT_DN))
    return fail(error, "group-filter", "must be a filter in parentheses that has " LDAP_TEXT_DN);
  if (config_string(config, GROUP, "group-name-attribute") != NULL) {
    settings->group_name_attribute = read_attribute(config, "group-name-attribute", error);
    if (settings->group_name_attribute == NULL)
      return FALSE;
  }
  settings->group_depth = (guint)config_int(config, GROUP, "group-depth");
  settings->group_limit = (guint)config_int(config, GROUP, "group-limit");
  return TRUE;
}

LdapSettings *
ldap_settings_new(const Config *config, GError **error)
{
  g_autoptr(LdapSettings) settings = g_new0(LdapSettings, 1);
  settings->ca_file = g_strdup(config_string(config, GROUP, "ca-file"));
  settings->operation_ms = (guint)config_int(config, GROUP, "operation-timeout-ms");
  settings->total_ms = (guint)config_int(config, GROUP, "timeout-ms");
  settings->page_size = (guint)config_int(config, GROUP, "page-size");
  settings->workers = (guint)config_int(config, GROUP, "workers");
  settings->recheck_s = (guint)config_int(config, GROUP, "recheck-s");
  if (!g_file_test(settings->ca_file, G_FILE_TEST_IS_REGULAR)) {
    (void)fail(error, "ca-file", "is not a file that is there");
    return NULL;
  }
  return read_servers(settings, config, error) && read_bind(settings, config, error) &&
                 read_people(settings, config, error) && read_groups(settings, config, error)
             ? g_steal_pointer(&settings)
             : NULL;
}

void
ldap_settings_free(LdapSettings *settings)
{
  if (settings == NULL)
    return;
  g_clear_pointer(&settings->servers, g_ptr_array_unref);
  g_free(settings->ca_file);
  g_free(settings->bind_dn);
  secret_free(settings->bind_password);
  g_free(settings->base);
  g_free(settings->filter);
  g_free(settings->name_attribute);
  g_free(settings->full_name_attribute);
  g_free(settings->id_attribute);
  g_free(settings->group_base);
  g_free(settings->group_filter);
  g_free(settings->group_name_attribute);
  g_free(settings);
}
