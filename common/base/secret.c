/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/secret.h"

#include <sodium.h>
#include <string.h>

static void
ensure_sodium(void)
{
  if (sodium_init() < 0)
    g_error("libsodium could not be initialised: no source of random numbers");
}

char *
secret_to_base64url(const guint8 *bytes, gsize size)
{
  gsize length = sodium_base64_ENCODED_LEN(size, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  char *text = g_malloc(length);
  return sodium_bin2base64(text, length, bytes, size, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

GBytes *
secret_from_base64url(const char *text, gssize length)
{
  gsize text_length = length < 0 ? strlen(text) : (gsize)length;
  gsize capacity = text_length / 4 * 3 + 3;
  gsize size = 0;
  const char *end = NULL;
  g_autofree guint8 *bytes = g_malloc(capacity);
  if (sodium_base642bin(bytes, capacity, text, text_length, NULL, &size, &end,
                        sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
      end != text + text_length)
    return NULL;
  return g_bytes_new_take(g_steal_pointer(&bytes), size);
}

char *
secret_random(gsize bytes)
{
  guint8 buffer[64];
  g_return_val_if_fail(bytes <= sizeof buffer, NULL);
  ensure_sodium();
  randombytes_buf(buffer, bytes);
  char *text = secret_to_base64url(buffer, bytes);
  sodium_memzero(buffer, sizeof buffer);
  return text;
}

char *
secret_hash(const char *secret)
{
  return g_compute_checksum_for_string(G_CHECKSUM_SHA256, secret, -1);
}

gboolean
secret_equal(const char *a, const char *b)
{
  if (a == NULL || b == NULL)
    return FALSE;
  gsize length = strlen(a);
  return length == strlen(b) && sodium_memcmp(a, b, length) == 0;
}

void
secret_free(char *secret)
{
  if (secret == NULL)
    return;
  sodium_memzero(secret, strlen(secret));
  g_free(secret);
}
