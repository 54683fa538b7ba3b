/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/model/access_token.h"

#include <string.h>

#define CHECKSUM_DIGITS 8
#define SECRET_LENGTH   43 /* of 32 bytes in base64url */

static const Permission of_everybody[] = {PERMISSION_OWN, PERMISSION_CONSOLE};

/* CRC-32 (ISO 3309), as others that find such tokens use it: against typing errors and chance, not against
 * forgery. */
static guint32
checksum(const char *text)
{
  guint32 crc = G_MAXUINT32;
  for (; *text != '\0'; text++) {
    crc ^= (guint8)*text;
    for (int bit = 0; bit < 8; bit++)
      crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xedb88320U : 0);
  }
  return ~crc;
}

char *
access_token_text(const char *secret)
{
  return g_strdup_printf(ACCESS_TOKEN_PREFIX "%s%08x", secret, checksum(secret));
}

gboolean
access_token_is_text(const char *text)
{
  static const gsize PREFIX_LENGTH = sizeof ACCESS_TOKEN_PREFIX - 1;
  if (!g_str_has_prefix(text, ACCESS_TOKEN_PREFIX) ||
      strnlen(text, 256) != PREFIX_LENGTH + SECRET_LENGTH + CHECKSUM_DIGITS)
    return FALSE;
  char secret[SECRET_LENGTH + 1] = "";
  memcpy(secret, text + PREFIX_LENGTH, SECRET_LENGTH);
  char digits[CHECKSUM_DIGITS + 1];
  g_snprintf(digits, sizeof digits, "%08x", checksum(secret));
  gboolean is_ours = strcmp(text + PREFIX_LENGTH + SECRET_LENGTH, digits) == 0;
  explicit_bzero(secret, sizeof secret);
  return is_ours;
}

gboolean
access_token_scope_from_name(const char *name, Permission *ret_permission)
{
  for (guint i = 0; i < G_N_ELEMENTS(of_everybody); i++)
    if (g_strcmp0(name, permission_name(of_everybody[i])) == 0) {
      *ret_permission = of_everybody[i];
      return TRUE;
    }
  return permission_from_name(name, ret_permission);
}

GStrv
access_token_scope_names(PermissionSet scopes)
{
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
  for (guint i = 0; i < G_N_ELEMENTS(of_everybody); i++)
    if ((scopes & PERMISSION_BIT(of_everybody[i])) != 0)
      g_strv_builder_add(builder, permission_name(of_everybody[i]));
  g_auto(GStrv) of_roles = permission_set_names(scopes);
  g_strv_builder_addv(builder, (const char **)of_roles);
  return g_strv_builder_end(builder);
}

void
access_token_free(AccessToken *token)
{
  if (token == NULL)
    return;
  g_free(token->id);
  g_free(token->user_id);
  g_free(token->name);
  g_free(token->token_hash);
  g_free(token->address);
  g_free(token);
}
