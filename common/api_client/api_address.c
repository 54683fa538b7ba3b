/* SPDX-License-Identifier: Apache-2.0 */
#include "common/api_client/api_address.h"

#include "common/base/error.h"

#include <string.h>

static gboolean
is_host(const char *host)
{
  for (const char *c = host; *c != '\0'; c++)
    if (!g_ascii_isalnum(*c) && strchr(".-_:", *c) == NULL && (guchar)*c < 0x80)
      return FALSE;
  return host[0] != '\0';
}

/* Only scheme, host and port: a path, a query or a user in an address is a mistake worth telling. */
static GUri *
parse_bare(const char *address)
{
  g_autofree char *text =
      strstr(address, "://") == NULL ? g_strconcat("https://", address, NULL) : g_strdup(address);
  g_autoptr(GUri) uri = g_uri_parse(text, G_URI_FLAGS_NONE, NULL);
  if (uri == NULL || g_strcmp0(g_uri_get_scheme(uri), "https") != 0)
    return NULL;
  const char *host = g_uri_get_host(uri);
  const char *path = g_uri_get_path(uri);
  gboolean is_bare = (path[0] == '\0' || strcmp(path, "/") == 0) && g_uri_get_query(uri) == NULL &&
                     g_uri_get_fragment(uri) == NULL && g_uri_get_userinfo(uri) == NULL;
  if (host == NULL || !is_host(host) || !is_bare)
    return NULL;
  return g_steal_pointer(&uri);
}

GUri *
api_address_parse(const char *address, GError **error)
{
  GUri *uri = parse_bare(address);
  if (uri == NULL)
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID,
                "“%s” is not the address of a server. Write it as desktops.example or "
                "https://desktops.example:8443.",
                address);
  return uri;
}
