/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/api/sign_in_token.h"

#include "common/base/error.h"

#include <string.h>

#define TOKEN_MAX 256

static char *
copy_token(const char *start, gsize length)
{
  if (length == 0 || length > TOKEN_MAX)
    return NULL;
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum(start[i]) && start[i] != '-' && start[i] != '_')
      return NULL;
  return g_strndup(start, length);
}

/* RFC 6750, 2.1 */
static char *
from_authorization(const char *value)
{
  static const char SCHEME[] = "Bearer ";
  if (value == NULL || g_ascii_strncasecmp(value, SCHEME, strlen(SCHEME)) != 0)
    return NULL;
  const char *token = value + strlen(SCHEME);
  return copy_token(token, strnlen(token, TOKEN_MAX + 1));
}

/* RFC 6265, 4.2.1 */
static char *
from_cookie(const char *value, const char *name)
{
  gsize length = strlen(name);
  while (value != NULL && *value != '\0') {
    const char *end = strchrnul(value, ';');
    if (strncmp(value, name, length) == 0 && value[length] == '=')
      return copy_token(value + length + 1, (gsize)(end - value) - length - 1);
    value = *end == ';' ? end + 1 : end;
    while (*value == ' ')
      value++;
  }
  return NULL;
}

char *
sign_in_token_find(const char *authorization, const char *cookie, gboolean *ret_by_cookie)
{
  *ret_by_cookie = FALSE;
  if (authorization != NULL)
    return from_authorization(authorization);
  char *token = from_cookie(cookie, SIGN_IN_COOKIE);
  *ret_by_cookie = token != NULL;
  return token;
}

static gboolean
origin_is_ours(const Request *request)
{
  g_autofree char *expected = g_strconcat("https://", request->public_host, NULL);
  return g_ascii_strcasecmp(request->origin, expected) == 0;
}

gboolean
sign_in_token_check_origin(const Request *request, GError **error)
{
  if (strcmp(request->method, "GET") == 0 || strcmp(request->method, "HEAD") == 0)
    return TRUE;
  if (request->origin != NULL && !origin_is_ours(request)) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_FORBIDDEN,
                "A page of another site (%s) must not send requests here.", request->origin);
    return FALSE;
  }
  if (request->by_cookie && !request->has_header) {
    g_set_error_literal(
        error, CARAWAY_ERROR, CARAWAY_ERROR_FORBIDDEN,
        "With the cookie, a request that changes something needs the header X-Caraway-Request: 1.");
    return FALSE;
  }
  return TRUE;
}

char *
sign_in_token_find_device(const char *cookie)
{
  return from_cookie(cookie, DEVICE_COOKIE);
}

static char *
make_cookie(const char *name, const char *token, gint64 lifetime_s)
{
  return g_strdup_printf("%s=%s; Path=/; Max-Age=%" G_GINT64_FORMAT "; Secure; HttpOnly; SameSite=Strict",
                         name, token, lifetime_s);
}

char *
sign_in_token_cookie(const char *token, gint64 lifetime_s)
{
  return make_cookie(SIGN_IN_COOKIE, token, lifetime_s);
}

char *
sign_in_token_device_cookie(const char *token, gint64 lifetime_s)
{
  return make_cookie(DEVICE_COOKIE, token, lifetime_s);
}

char *
sign_in_token_find_oidc(const char *cookie)
{
  return from_cookie(cookie, OIDC_COOKIE);
}

/* Lax: the browser comes back from the provider by a navigation that began elsewhere. */
char *
sign_in_token_oidc_cookie(const char *secret, gint64 lifetime_s)
{
  return g_strdup_printf(OIDC_COOKIE "=%s; Path=/; Max-Age=%" G_GINT64_FORMAT
                                     "; Secure; HttpOnly; SameSite=Lax",
                         secret, lifetime_s);
}
