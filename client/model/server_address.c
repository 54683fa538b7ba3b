/* SPDX-License-Identifier: Apache-2.0 */
#include "client/model/server_address.h"

#include <glib/gi18n.h>
#include <string.h>

#include "common/base/error.h"

#define MAX_ADDRESS  300
#define DEFAULT_PORT 443

static char *
with_scheme(const char *text)
{
  g_autofree char *trimmed = g_strstrip(g_strdup(text));
  if (strstr(trimmed, "://") != NULL)
    return g_steal_pointer(&trimmed);
  return g_strconcat("https://", trimmed, NULL);
}

/* GUri quietly drops line ends and spaces: what is left would not be what was typed. */
static gboolean
has_inner_space(const char *text)
{
  for (const char *c = text; *c != '\0'; c++) {
    if (g_ascii_isspace(*c) || g_ascii_iscntrl(*c))
      return TRUE;
  }
  return FALSE;
}

static gboolean
host_is_sane(const char *host)
{
  if (host == NULL || *host == '\0' || *host == '.')
    return FALSE;
  for (const char *c = host; *c != '\0'; c++) {
    if (!g_ascii_isalnum(*c) && strchr(".-_:", *c) == NULL)
      return FALSE;
  }
  return TRUE;
}

static char *
compose(GUri *uri)
{
  g_autofree char *host = g_ascii_strdown(g_uri_get_host(uri), -1);
  gsize length = strlen(host);
  if (length > 1 && host[length - 1] == '.')
    host[length - 1] = '\0';
  gboolean is_ipv6 = strchr(host, ':') != NULL;
  int port = g_uri_get_port(uri);
  g_autoptr(GString) address = g_string_new("https://");
  g_string_append_printf(address, is_ipv6 ? "[%s]" : "%s", host);
  if (port > 0 && port != DEFAULT_PORT)
    g_string_append_printf(address, ":%d", port);
  return g_string_free(g_steal_pointer(&address), FALSE);
}

char *
server_address_normalize(const char *text, GError **error)
{
  if (strlen(text) > MAX_ADDRESS) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID, _("This address is too long to be a server."));
    return NULL;
  }
  g_autofree char *full = with_scheme(text);
  g_autoptr(GUri) uri = has_inner_space(full) ? NULL : g_uri_parse(full, G_URI_FLAGS_HAS_PASSWORD, NULL);
  if (uri == NULL || !host_is_sane(g_uri_get_host(uri)) || g_uri_get_port(uri) == 0) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID,
                _("This is not the address of a server. It looks like desk.example.org."));
    return NULL;
  }
  if (g_ascii_strcasecmp(g_uri_get_scheme(uri), "https") != 0) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID,
                _("Only https:// servers can be used, because your password is sent to them."));
    return NULL;
  }
  if (g_uri_get_userinfo(uri) != NULL) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID,
                _("Enter the server without a user name; you are asked for it next."));
    return NULL;
  }
  return compose(uri);
}

void
server_address_split(const char *address, char **ret_host, guint16 *ret_port)
{
  g_autoptr(GUri) uri = g_uri_parse(address, G_URI_FLAGS_NONE, NULL);
  g_return_if_fail(uri != NULL);
  *ret_host = g_strdup(g_uri_get_host(uri));
  *ret_port = g_uri_get_port(uri) > 0 ? (guint16)g_uri_get_port(uri) : DEFAULT_PORT;
}
