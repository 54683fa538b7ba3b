/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/api/client_address.h"

#include <string.h>

#define HTTPS_PORT 443
#define VALUE_MAX  512
#define HOST_MAX   261 /* a DNS name, a colon, a port */

char *
client_address_forwarded(const char *value)
{
  if (value == NULL || strnlen(value, VALUE_MAX + 1) > VALUE_MAX)
    return NULL;
  const char *last = strrchr(value, ',');
  g_autofree char *address = g_strstrip(g_strdup(last != NULL ? last + 1 : value));
  return g_hostname_is_ip_address(address) ? g_steal_pointer(&address) : NULL;
}

char *
client_address_host(const char *value)
{
  if (value == NULL || *value == '\0' || strnlen(value, HOST_MAX + 1) > HOST_MAX)
    return NULL;
  for (const char *c = value; *c != '\0'; c++)
    if (!g_ascii_isalnum(*c) && strchr(".-:[]", *c) == NULL)
      return NULL;
  g_autofree char *uri = g_strconcat("https://", value, "/", NULL);
  return g_uri_is_valid(uri, G_URI_FLAGS_NONE, NULL) ? g_ascii_strdown(value, -1) : NULL;
}

gboolean
client_address_split(const char *text, char **ret_host, guint16 *ret_port)
{
  g_autofree char *uri = g_strconcat("https://", text, "/", NULL);
  g_autoptr(GUri) parsed = g_uri_parse(uri, G_URI_FLAGS_NONE, NULL);
  if (parsed == NULL || g_uri_get_host(parsed) == NULL || *g_uri_get_host(parsed) == '\0')
    return FALSE;
  *ret_host = g_strdup(g_uri_get_host(parsed));
  *ret_port = (guint16)(g_uri_get_port(parsed) > 0 ? g_uri_get_port(parsed) : HTTPS_PORT);
  return TRUE;
}
