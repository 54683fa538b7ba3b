/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/auth/device_nonce.h"

#include "common/base/secret.h"

#include <sodium.h>
#include <string.h>

#define RANDOM_BYTES 16

/* Brokers see the database's clock a moment apart. */
#define AHEAD_US (5 * (gint64)G_USEC_PER_SEC)

typedef struct {
  guint64 made_us; /* big endian */
  guint8 random[RANDOM_BYTES];
  guint8 seal[crypto_auth_BYTES];
} Nonce;

#define SEALED_BYTES G_STRUCT_OFFSET(Nonce, seal)

G_STATIC_ASSERT(sizeof(Nonce) == 8 + RANDOM_BYTES + crypto_auth_BYTES);

static GBytes *
read_key(const char *key)
{
  GBytes *bytes = secret_from_base64url(key, -1);
  g_assert(bytes != NULL && g_bytes_get_size(bytes) == crypto_auth_KEYBYTES);
  return bytes;
}

char *
device_nonce_new(const char *key, gint64 now_us)
{
  g_autoptr(GBytes) secret = read_key(key);
  Nonce nonce = {.made_us = GUINT64_TO_BE((guint64)now_us)};
  randombytes_buf(nonce.random, sizeof nonce.random);
  crypto_auth(nonce.seal, (const guint8 *)&nonce, SEALED_BYTES, g_bytes_get_data(secret, NULL));
  return secret_to_base64url((const guint8 *)&nonce, sizeof nonce);
}

/* There is one spelling of each: base64url leaves bits of the last letter unused. */
static gboolean
read_nonce(const char *text, Nonce *ret_nonce)
{
  g_autoptr(GBytes) bytes = strlen(text) <= DEVICE_NONCE_MAX ? secret_from_base64url(text, -1) : NULL;
  if (bytes == NULL || g_bytes_get_size(bytes) != sizeof *ret_nonce)
    return FALSE;
  memcpy(ret_nonce, g_bytes_get_data(bytes, NULL), sizeof *ret_nonce);
  g_autofree char *again = secret_to_base64url((const guint8 *)ret_nonce, sizeof *ret_nonce);
  return strcmp(again, text) == 0;
}

gboolean
device_nonce_check(const char *key, const char *text, gint64 now_us, gint64 *ret_expires_us)
{
  Nonce nonce;
  g_autoptr(GBytes) secret = read_key(key);
  if (!read_nonce(text, &nonce) || crypto_auth_verify(nonce.seal, (const guint8 *)&nonce, SEALED_BYTES,
                                                      g_bytes_get_data(secret, NULL)) != 0)
    return FALSE;
  gint64 made_us = (gint64)GUINT64_FROM_BE(nonce.made_us);
  *ret_expires_us = made_us + DEVICE_NONCE_LIFE_US;
  return made_us <= now_us + AHEAD_US && now_us < *ret_expires_us;
}
