/* SPDX-License-Identifier: Apache-2.0 */
/* What the broker reads of an HTTP request by code of its own. The input is lines: method, path,
 * Authorization, Cookie, Host, X-Forwarded-For, If-Match, a join token, and the rest is the body. */
#include "broker/api/client_address.h"
#include "broker/api/request.h"
#include "broker/api/route.h"
#include "broker/api/sign_in_token.h"
#include "common/wire/join_token.h"

#include <stdint.h>
#include <string.h>

#define LINES 9

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
read_path(const char *method, const char *path)
{
  const Route *route = NULL;
  g_auto(GStrv) parameters = NULL;
  g_autofree char *allow = NULL;
  if (route_find(method, path, &route, &parameters, &allow) == ROUTE_FOUND)
    for (char **parameter = parameters; *parameter != NULL; parameter++)
      g_assert_true(g_utf8_validate(*parameter, -1, NULL) && strchr(*parameter, '/') == NULL);
}

static void
read_headers(char *const *lines)
{
  gboolean by_cookie = FALSE;
  g_autofree char *token = sign_in_token_find(*lines[2] != '\0' ? lines[2] : NULL, lines[3], &by_cookie);
  g_autofree char *host = client_address_host(lines[4]);
  g_autofree char *name = NULL;
  guint16 port = 0;
  if (host != NULL && client_address_split(host, &name, &port))
    g_assert_cmpuint(port, !=, 0);
  g_autofree char *address = client_address_forwarded(lines[5]);
  g_assert_true(address == NULL || g_hostname_is_ip_address(address));
  g_autoptr(JoinTokenParts) parts = join_token_parse(lines[7]);
}

static void
read_body(const char *if_match, const char *body)
{
  static const char *const MEMBERS[] = {"name", "password", NULL};
  g_autoptr(Request) request = g_new0(Request, 1);
  request->if_match = g_strdup(if_match);
  request->body = g_bytes_new(body, strlen(body));
  gint64 version = 0;
  if (request_version(request, &version, NULL))
    g_assert_cmpint(version, >=, 0);
  g_autoptr(JsonObject) object = request_body(request, MEMBERS, NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  if (size == 0)
    return 0;
  g_autofree char *text = g_strndup((const char *)data, size);
  g_auto(GStrv) lines = g_strsplit(text, "\n", LINES);
  if (g_strv_length(lines) != LINES)
    return 0;
  read_path(lines[0], lines[1]);
  read_headers(lines);
  read_body(lines[6], lines[8]);
  return 0;
}
