/* SPDX-License-Identifier: Apache-2.0 */
#include "common/wire/join_token.h"

#include "common/base/secret.h"

#include <string.h>

#define TOKEN_MAX  256
#define HASH_BYTES 32

static const char *const ROLES[] = {"host", "portal", NULL};

char *
join_token_text(const char *role, const char *secret, const char *ca_hash)
{
  return g_strconcat("cwj1.", role, ".", secret, ".", ca_hash, NULL);
}

static gboolean
is_base64url_of(const char *text, gsize size)
{
  g_autoptr(GBytes) bytes = secret_from_base64url(text, -1);
  return bytes != NULL && g_bytes_get_size(bytes) == size;
}

JoinTokenParts *
join_token_parse(const char *text)
{
  if (strnlen(text, TOKEN_MAX + 1) > TOKEN_MAX)
    return NULL;
  g_auto(GStrv) parts = g_strsplit(text, ".", 5);
  if (g_strv_length(parts) != 4 || strcmp(parts[0], "cwj1") != 0 || !g_strv_contains(ROLES, parts[1]) ||
      !is_base64url_of(parts[2], JOIN_TOKEN_SECRET_BYTES) || !is_base64url_of(parts[3], HASH_BYTES))
    return NULL;
  JoinTokenParts *result = g_new0(JoinTokenParts, 1);
  result->role = g_strdup(parts[1]);
  result->secret = g_strdup(parts[2]);
  result->ca_hash = g_strdup(parts[3]);
  return result;
}

void
join_token_parts_free(JoinTokenParts *parts)
{
  if (parts == NULL)
    return;
  g_free(parts->role);
  secret_free(parts->secret);
  g_free(parts->ca_hash);
  g_free(parts);
}
