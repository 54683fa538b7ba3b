/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/forward_headers.h"

#include <string.h>

#define HOST_MAX       255
#define PATH_MAX_BYTES 2048

static const char *const hop_by_hop[] = {"Connection",
                                         "Keep-Alive",
                                         "Proxy-Authenticate",
                                         "Proxy-Authorization",
                                         "Proxy-Connection",
                                         "TE",
                                         "Trailer",
                                         "Transfer-Encoding",
                                         "Upgrade",
                                         "HTTP2-Settings"};

/* Never taken over from a client: the portal frames the request anew and says itself who asks. */
static const char *const own_request[] = {"Host", "Content-Length", "Expect", "Forwarded",
                                          "Via",  "X-Real-IP"};
static const char *const own_prefixes[] = {"X-Forwarded-", "Caraway-"};

/* Never taken over from the broker: the framing is the portal's, and so is what browsers may do. */
static const char *const own_answer[] = {"Content-Length", "Server", "Date", "Alt-Svc"};

static gboolean
is_in(const char *name, const char *const *list, guint length)
{
  for (guint i = 0; i < length; i++)
    if (g_ascii_strcasecmp(name, list[i]) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
is_own_prefix(const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS(own_prefixes); i++)
    if (g_ascii_strncasecmp(name, own_prefixes[i], strlen(own_prefixes[i])) == 0)
      return TRUE;
  return FALSE;
}

/* Hop-by-hop by its name, or because the Connection header of @headers says so. */
static gboolean
is_hop_by_hop(SoupMessageHeaders *headers, const char *name)
{
  return is_in(name, hop_by_hop, G_N_ELEMENTS(hop_by_hop)) ||
         soup_message_headers_header_contains(headers, "Connection", name);
}

void
forward_headers_request(SoupMessageHeaders *from, const char *client_address, const char *host,
                        gboolean certificate_is_own, SoupMessageHeaders *to)
{
  SoupMessageHeadersIter iter;
  const char *name = NULL, *value = NULL;
  soup_message_headers_iter_init(&iter, from);
  while (soup_message_headers_iter_next(&iter, &name, &value))
    if (!is_hop_by_hop(from, name) && !is_in(name, own_request, G_N_ELEMENTS(own_request)) &&
        !is_own_prefix(name))
      soup_message_headers_append(to, name, value);
  soup_message_headers_replace(to, "X-Forwarded-For", client_address);
  soup_message_headers_replace(to, "X-Forwarded-Host", host);
  soup_message_headers_replace(to, "X-Forwarded-Proto", "https");
  if (certificate_is_own)
    soup_message_headers_replace(to, "Caraway-Portal-Certificate", "own");
}

void
forward_headers_answer(SoupMessageHeaders *from, SoupMessageHeaders *to)
{
  SoupMessageHeadersIter iter;
  const char *name = NULL, *value = NULL;
  soup_message_headers_iter_init(&iter, from);
  while (soup_message_headers_iter_next(&iter, &name, &value))
    if (!is_hop_by_hop(from, name) && !is_in(name, own_answer, G_N_ELEMENTS(own_answer)))
      soup_message_headers_append(to, name, value);
}

const char *
forward_headers_host(SoupMessageHeaders *headers)
{
  /* The list form joins doubled headers with a comma, which no host has. */
  const char *host = soup_message_headers_get_list(headers, "Host");
  if (host == NULL || host[0] == '\0' || strlen(host) > HOST_MAX)
    return NULL;
  for (const char *at = host; *at != '\0'; at++)
    if (!g_ascii_isalnum(*at) && strchr(".-_:[]", *at) == NULL)
      return NULL;
  return host;
}

gboolean
forward_framing_is_sound(SoupMessageHeaders *headers)
{
  const char *length = soup_message_headers_get_list(headers, "Content-Length");
  if (soup_message_headers_get_list(headers, "Transfer-Encoding") != NULL)
    return FALSE;
  /* Two lengths come as a list with a comma, which is no digit. */
  return length == NULL ||
         (length[0] != '\0' && strspn(length, "0123456789") == strlen(length) && strlen(length) < 10);
}

static gboolean
has_dot_segment(const char *path)
{
  g_auto(GStrv) segments = g_strsplit(path, "/", -1);
  for (char **segment = segments; *segment != NULL; segment++)
    if (g_str_equal(*segment, ".") || g_str_equal(*segment, ".."))
      return TRUE;
  return FALSE;
}

gboolean
forward_path_is_allowed(const char *path)
{
  if (!g_str_has_prefix(path, "/api/v1/") || strlen(path) > PATH_MAX_BYTES || strstr(path, "//") != NULL ||
      strchr(path, '\\') != NULL)
    return FALSE;
  g_autofree char *decoded = g_uri_unescape_string(path, "/\\"); /* NULL for %2F, %5C, %00 and bad escapes */
  return decoded != NULL && !has_dot_segment(decoded);
}
