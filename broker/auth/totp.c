/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/auth/totp.h"

#include "common/base/secret.h"

#include <liboath/oath.h>
#include <sodium.h>
#include <string.h>

#define ISSUER          "Caraway"
#define BASE32_BYTES    32 /* 160 bits, five in a letter */
#define RECOVERY_BYTES  FACTOR_RECOVERY_LETTERS
#define LETTERS_IN_BYTE 32 /* divides 256: each letter is as likely as the others */

static void
begin(void)
{
  static gsize once = 0;
  if (!g_once_init_enter(&once))
    return;
  if (oath_init() != OATH_OK || sodium_init() < 0)
    g_error("liboath or libsodium does not start.");
  g_once_init_leave(&once, 1);
}

void
totp_secret_make(guint8 ret_secret[TOTP_SECRET_BYTES])
{
  begin();
  randombytes_buf(ret_secret, TOTP_SECRET_BYTES);
}

void
totp_code(const guint8 secret[TOTP_SECRET_BYTES], gint64 step, char ret_code[FACTOR_CODE_DIGITS + 1])
{
  begin();
  if (oath_hotp_generate((const char *)secret, TOTP_SECRET_BYTES, (guint64)step, FACTOR_CODE_DIGITS, false,
                         OATH_HOTP_DYNAMIC_TRUNCATION, ret_code) != OATH_OK)
    g_error("liboath makes no code.");
}

int
totp_match(const guint8 secret[TOTP_SECRET_BYTES], const gint64 *steps, guint count, const char *code)
{
  int found = -1;
  if (strnlen(code, FACTOR_CODE_DIGITS + 1) != FACTOR_CODE_DIGITS)
    return -1;
  for (guint i = 0; i < count; i++) {
    char expected[FACTOR_CODE_DIGITS + 1];
    totp_code(secret, steps[i], expected);
    if (sodium_memcmp(expected, code, FACTOR_CODE_DIGITS) == 0 && found < 0)
      found = (int)i;
    sodium_memzero(expected, sizeof expected);
  }
  return found;
}

char *
totp_secret_text(const guint8 secret[TOTP_SECRET_BYTES])
{
  char *text = NULL;
  gsize length = 0;
  begin();
  if (oath_base32_encode((const char *)secret, TOTP_SECRET_BYTES, &text, &length) != OATH_OK)
    g_error("liboath makes no text of a secret.");
  char *copy = g_strndup(text, MIN(length, BASE32_BYTES));
  sodium_memzero(text, length);
  free(text); /* liboath's own */
  return copy;
}

char *
totp_uri(const char *secret_text, const char *account, const char *place)
{
  g_autofree char *label = place != NULL ? g_strconcat(account, "@", place, NULL) : g_strdup(account);
  g_autofree char *escaped = g_uri_escape_string(label, NULL, FALSE);
  return g_strdup_printf("otpauth://totp/" ISSUER ":%s?secret=%s&issuer=" ISSUER
                         "&algorithm=SHA1&digits=6&period=30",
                         escaped, secret_text);
}

char *
totp_recovery_code(void)
{
  guint8 bytes[RECOVERY_BYTES];
  begin();
  randombytes_buf(bytes, sizeof bytes);
  char *code = g_malloc(FACTOR_RECOVERY_LETTERS + 1);
  for (gsize i = 0; i < FACTOR_RECOVERY_LETTERS; i++)
    code[i] = FACTOR_RECOVERY_ALPHABET[bytes[i] % LETTERS_IN_BYTE];
  code[FACTOR_RECOVERY_LETTERS] = '\0';
  sodium_memzero(bytes, sizeof bytes);
  return code;
}
