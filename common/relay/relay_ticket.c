/* SPDX-License-Identifier: Apache-2.0 */
#include "common/relay/relay_ticket.h"

#include "common/net/openssl.h"

#include <openssl/err.h>
#include <openssl/rsa.h>
#include <string.h>

#define KEY_BITS 1024

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EVP_PKEY_CTX, EVP_PKEY_CTX_free)

EVP_PKEY *
relay_ticket_make_key(void)
{
  return EVP_RSA_gen(KEY_BITS);
}

gboolean
relay_ticket_public_key(EVP_PKEY *key, guint8 ret_public[SPICE_LINK_KEY_SIZE])
{
  unsigned char *der = NULL;
  int size = i2d_PUBKEY(key, &der);
  gboolean fits = size == SPICE_LINK_KEY_SIZE;
  if (fits)
    memcpy(ret_public, der, SPICE_LINK_KEY_SIZE);
  OPENSSL_free(der);
  return fits;
}

static gboolean
use_oaep(EVP_PKEY_CTX *context)
{
  return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) == 1 &&
         EVP_PKEY_CTX_set_rsa_oaep_md(context, EVP_sha1()) == 1;
}

char *
relay_ticket_decrypt(EVP_PKEY *key, const guint8 ticket[SPICE_LINK_TICKET_SIZE])
{
  g_autoptr(EVP_PKEY_CTX) context = EVP_PKEY_CTX_new(key, NULL);
  guint8 plain[SPICE_LINK_TICKET_SIZE] = {0};
  gsize size = sizeof plain;
  char *password = NULL;
  if (EVP_PKEY_decrypt_init(context) == 1 && use_oaep(context) &&
      EVP_PKEY_decrypt(context, plain, &size, ticket, SPICE_LINK_TICKET_SIZE) == 1 && size > 0 &&
      size <= RELAY_PASSWORD_MAX + 1 && memchr(plain, '\0', size) == plain + size - 1)
    password = g_strdup((const char *)plain);
  OPENSSL_cleanse(plain, sizeof plain);
  ERR_clear_error();
  return password;
}

gboolean
relay_ticket_encrypt_empty(const guint8 public_key[SPICE_LINK_KEY_SIZE],
                           guint8 ret_ticket[SPICE_LINK_TICKET_SIZE])
{
  const unsigned char *der = public_key;
  g_autoptr(EVP_PKEY) key = d2i_PUBKEY(NULL, &der, SPICE_LINK_KEY_SIZE);
  gsize size = SPICE_LINK_TICKET_SIZE;
  gboolean good = FALSE;
  if (key != NULL && EVP_PKEY_get_size(key) == SPICE_LINK_TICKET_SIZE) {
    g_autoptr(EVP_PKEY_CTX) context = EVP_PKEY_CTX_new(key, NULL);
    good = EVP_PKEY_encrypt_init(context) == 1 && use_oaep(context) &&
           EVP_PKEY_encrypt(context, ret_ticket, &size, (const guint8 *)"", 1) == 1;
  }
  ERR_clear_error();
  return good;
}
