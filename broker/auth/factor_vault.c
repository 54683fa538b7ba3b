/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/auth/factor_vault.h"

#include "common/base/error.h"
#include "common/base/secret.h"

#include <sodium.h>
#include <string.h>

#define NONCE_BYTES crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG_BYTES   crypto_aead_xchacha20poly1305_ietf_ABYTES

G_STATIC_ASSERT(FACTOR_KEY_BYTES == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);

struct FactorVault {
  guint8 key[FACTOR_KEY_BYTES];
};

FactorVault *
factor_vault_new(const guint8 key[FACTOR_KEY_BYTES])
{
  if (sodium_init() < 0)
    g_error("libsodium does not start.");
  FactorVault *vault = g_new0(FactorVault, 1);
  memcpy(vault->key, key, FACTOR_KEY_BYTES);
  return vault;
}

char *
factor_vault_seal(const FactorVault *vault, const char *owner, const guint8 *secret, gsize size)
{
  gsize total = NONCE_BYTES + size + TAG_BYTES;
  g_autofree guint8 *box = g_malloc(total);
  unsigned long long length = 0;
  randombytes_buf(box, NONCE_BYTES);
  crypto_aead_xchacha20poly1305_ietf_encrypt(box + NONCE_BYTES, &length, secret, size, (const guint8 *)owner,
                                             strlen(owner), NULL, box, vault->key);
  return secret_to_base64url(box, total);
}

gboolean
factor_vault_open(const FactorVault *vault, const char *owner, const char *sealed, guint8 *ret_secret,
                  gsize size, GError **error)
{
  g_autoptr(GBytes) bytes = secret_from_base64url(sealed, -1);
  gsize length = 0;
  const guint8 *box = bytes != NULL ? g_bytes_get_data(bytes, &length) : NULL;
  unsigned long long opened = 0;
  if (length == NONCE_BYTES + size + TAG_BYTES &&
      crypto_aead_xchacha20poly1305_ietf_decrypt(ret_secret, &opened, NULL, box + NONCE_BYTES,
                                                 size + TAG_BYTES, (const guint8 *)owner, strlen(owner), box,
                                                 vault->key) == 0)
    return TRUE;
  g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG,
                      "A secret of a second factor cannot be read with the key of this installation.");
  return FALSE;
}

void
factor_vault_free(FactorVault *vault)
{
  if (vault == NULL)
    return;
  sodium_memzero(vault->key, sizeof vault->key);
  g_free(vault);
}
