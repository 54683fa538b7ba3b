/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/hostlink/authority.h"

#include "broker/hostlink/certificate.h"
#include "broker/hostlink/revocation_list.h"
#include "common/base/credential.h"
#include "common/base/error.h"
#include "common/base/secret.h"
#include "common/net/credentials.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <openssl/core_names.h>
#include <openssl/x509v3.h>
#include <sodium.h>
#include <string.h>

#define KEY_MAX       16384
#define DNS_NAME_MAX  253
#define PRIVATE_BYTES 32 /* of P-256 */

/* The last list that was signed. */
typedef struct {
  GMutex mutex;
  char *pem; /* nullable */
  gint64 number;
} ListMemory;

struct Authority {
  char *installation;
  EVP_PKEY *key;
  X509 *ca;
  char *ca_pem;
  char *ca_hash;
  ListMemory *list;
  guint life_days;
};

gboolean
authority_address_is_valid(const char *address)
{
  gsize length = address != NULL ? strnlen(address, DNS_NAME_MAX + 1) : 0;
  if (length == 0 || length > DNS_NAME_MAX)
    return FALSE;
  if (g_hostname_is_ip_address(address))
    return strchr(address, '%') == NULL; /* a zone means nothing to anybody else */
  for (const char *c = address; *c != '\0'; c++)
    if (!g_ascii_isalnum(*c) && *c != '-' && *c != '.')
      return FALSE;
  return g_ascii_isalnum(address[0]) && g_ascii_isalnum(address[length - 1]) && strstr(address, "..") == NULL;
}

static gboolean
write_secret(const char *path, const char *text, GError **error)
{
  g_autoptr(GError) local = NULL;
  if (g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                               0600, &local))
    return TRUE;
  gboolean full = g_error_matches(local, G_FILE_ERROR, G_FILE_ERROR_NOSPC);
  g_set_error(error, CARAWAY_ERROR, full ? CARAWAY_ERROR_NO_SPACE : CARAWAY_ERROR_CONFIG,
              "Cannot write %s: %s.", path, local->message);
  return FALSE;
}

/* The key goes first: a certificate on disk means that both are there, and without one nothing was signed
 * yet. */
static gboolean
create_files(const char *key_path, const char *ca_path, const char *installation, GError **error)
{
  char *key_pem = credentials_make_key();
  g_autoptr(EVP_PKEY) key = openssl_key_from_pem(key_pem, error);
  g_autoptr(X509) ca = key != NULL ? certificate_new_ca(key, installation, error) : NULL;
  g_autofree char *ca_pem = ca != NULL ? openssl_x509_to_pem(ca) : NULL;
  gboolean created =
      ca_pem != NULL && write_secret(key_path, key_pem, error) && write_secret(ca_path, ca_pem, error);
  secret_free(key_pem);
  return created;
}

static gboolean
read_key(Authority *authority, const char *source, GError **error)
{
  char *pem = credential_read(source, KEY_MAX, error);
  if (pem == NULL)
    return FALSE;
  authority->key = openssl_key_from_pem(pem, error);
  secret_free(pem);
  return authority->key != NULL;
}

static gboolean
read_files(Authority *authority, const char *key_path, const char *ca_path, GError **error)
{
  if (!read_key(authority, key_path, error) || !g_file_get_contents(ca_path, &authority->ca_pem, NULL, error))
    return FALSE;
  authority->ca = openssl_x509_from_pem(authority->ca_pem, error);
  if (authority->ca == NULL)
    return FALSE;
  if (X509_check_private_key(authority->ca, authority->key) != 1) {
    openssl_set_error(error, CARAWAY_ERROR_CONFIG, "ca.key does not fit ca.pem");
    return FALSE;
  }
  char name[128] = "";
  X509_NAME_get_text_by_NID(X509_get_subject_name(authority->ca), NID_commonName, name, sizeof name);
  if (!g_str_has_suffix(name, authority->installation)) {
    g_set_error(
        error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG,
        "it belongs to another installation than the database, whose id is %s. Use the state folder and "
        "the database that belong together.",
        authority->installation);
    return FALSE;
  }
  authority->ca_hash = openssl_x509_hash(authority->ca);
  return TRUE;
}

Authority *
authority_open(const char *folder, const char *installation, GError **error)
{
  return authority_open_with_key(folder, NULL, installation, error);
}

Authority *
authority_open_with_key(const char *folder, const char *key_source, const char *installation, GError **error)
{
  g_autofree char *key_path =
      key_source != NULL ? g_strdup(key_source) : g_build_filename(folder, "ca.key", NULL);
  g_autofree char *ca_path = g_build_filename(folder, "ca.pem", NULL);
  if (g_mkdir_with_parents(folder, 0700) != 0) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG, "Cannot create the state folder %s: %s.", folder,
                g_strerror(errno));
    return NULL;
  }
  if (key_source == NULL && !g_file_test(ca_path, G_FILE_TEST_EXISTS) &&
      !create_files(key_path, ca_path, installation, error))
    return NULL;
  g_autoptr(Authority) authority = g_new0(Authority, 1);
  authority->installation = g_strdup(installation);
  authority->life_days = AUTHORITY_LIFE_DAYS;
  authority->list = g_new0(ListMemory, 1);
  g_mutex_init(&authority->list->mutex);
  g_autoptr(GError) local = NULL;
  if (!read_files(authority, key_path, ca_path, &local)) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG,
                "The certificate authority in %s cannot be used: %s", folder, local->message);
    return NULL;
  }
  return g_steal_pointer(&authority);
}

void
authority_set_life(Authority *authority, guint days)
{
  authority->life_days = days;
}

const char *
authority_ca_pem(const Authority *authority)
{
  return authority->ca_pem;
}

const char *
authority_ca_hash(const Authority *authority)
{
  return authority->ca_hash;
}

static gboolean
addresses_are_valid(const char *const *addresses, GError **error)
{
  if (addresses == NULL)
    return TRUE;
  if (g_strv_length((char **)addresses) > AUTHORITY_MAX_ADDRESSES) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID, "A certificate takes at most %d addresses.",
                AUTHORITY_MAX_ADDRESSES);
    return FALSE;
  }
  for (; *addresses != NULL; addresses++) {
    if (!authority_address_is_valid(*addresses)) {
      g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID,
                  "“%s” is neither an IP address nor a DNS name.", *addresses);
      return FALSE;
    }
  }
  return TRUE;
}

char *
authority_sign(const Authority *authority, const char *request_pem, const Identity *identity,
               const char *const *addresses, GError **error)
{
  if (!addresses_are_valid(addresses, error))
    return NULL;
  g_autoptr(X509_REQ) request = openssl_request_from_pem(request_pem, error);
  if (request == NULL)
    return NULL;
  EVP_PKEY *key = X509_REQ_get0_pubkey(request);
  if (!EVP_PKEY_is_a(key, "EC") || EVP_PKEY_get_bits(key) != 256) {
    g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID, "The key must be an EC key on P-256.");
    return NULL;
  }
  g_autoptr(X509) leaf = certificate_new_leaf(key, identity, addresses, authority->life_days, authority->ca,
                                              authority->key, error);
  if (leaf == NULL)
    return NULL;
  g_autofree char *pem = openssl_x509_to_pem(leaf);
  return g_strconcat(pem, authority->ca_pem, NULL);
}

char *
authority_revocation_list(const Authority *authority, gint64 number, const GPtrArray *revoked, GError **error)
{
  ListMemory *list = authority->list;
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&list->mutex);
  if (list->pem != NULL && list->number == number)
    return g_strdup(list->pem);
  char *pem = revocation_list_new(authority->ca, authority->key, number, revoked, error);
  if (pem == NULL)
    return NULL;
  g_free(list->pem);
  list->pem = pem;
  list->number = number;
  return g_strdup(pem);
}

static gboolean
own_is_fresh(const Authority *authority, const char *folder, const Identity *identity,
             const char *const *addresses)
{
  g_autoptr(Credentials) credentials = credentials_load(folder, NULL);
  if (credentials == NULL || credentials_are_due(credentials))
    return FALSE;
  g_autoptr(X509) own = openssl_x509_from_certificate(credentials_tls_certificate(credentials), NULL);
  if (own == NULL)
    return FALSE;
  for (; *addresses != NULL; addresses++)
    if (X509_check_ip_asc(own, *addresses, 0) != 1 && X509_check_host(own, *addresses, 0, 0, NULL) != 1)
      return FALSE;
  g_autoptr(Identity) held = identity_from_x509(own, NULL);
  g_autofree char *held_uri = held != NULL ? identity_uri(held) : NULL;
  g_autofree char *uri = identity_uri(identity);
  return g_strcmp0(held_uri, uri) == 0;
}

gboolean
authority_renew_own(const Authority *authority, const char *folder, const Identity *identity,
                    const char *const *addresses, gboolean always, GError **error)
{
  if (!addresses_are_valid(addresses, error))
    return FALSE;
  if (!always && own_is_fresh(authority, folder, identity, addresses))
    return TRUE;
  char *key = credentials_make_key();
  g_autofree char *request = credentials_make_request(key, identity->name, error);
  g_autofree char *chain =
      request != NULL ? authority_sign(authority, request, identity, addresses, error) : NULL;
  CredentialFiles files = {authority->ca_pem, chain, key, NULL};
  gboolean saved = chain != NULL && credentials_save(folder, &files, error);
  secret_free(key);
  return saved;
}

/* The private number itself, because one key has several encodings. HMAC-SHA256 as the expansion of RFC 5869
 * with one block: the number is as random as a key. */
void
authority_derive(const Authority *authority, const char *purpose, guint8 *ret_bytes, gsize size)
{
  guint8 number[PRIVATE_BYTES], block[crypto_auth_hmacsha256_BYTES];
  crypto_auth_hmacsha256_state state;
  BIGNUM *private_number = NULL;
  g_return_if_fail(size <= sizeof block);
  if (EVP_PKEY_get_bn_param(authority->key, OSSL_PKEY_PARAM_PRIV_KEY, &private_number) != 1 ||
      BN_bn2binpad(private_number, number, sizeof number) != (int)sizeof number)
    g_error("The key of the authority is none of P-256."); /* which authority_open() made or took */
  BN_clear_free(private_number);
  crypto_auth_hmacsha256_init(&state, number, sizeof number);
  crypto_auth_hmacsha256_update(&state, (const guint8 *)purpose, strlen(purpose));
  crypto_auth_hmacsha256_final(&state, block);
  memcpy(ret_bytes, block, size);
  sodium_memzero(number, sizeof number);
  sodium_memzero(block, sizeof block);
  sodium_memzero(&state, sizeof state);
}

void
authority_free(Authority *authority)
{
  if (authority == NULL)
    return;
  g_free(authority->installation);
  EVP_PKEY_free(authority->key);
  X509_free(authority->ca);
  g_free(authority->ca_pem);
  g_free(authority->ca_hash);
  g_free(authority->list->pem);
  g_mutex_clear(&authority->list->mutex);
  g_free(authority->list);
  g_free(authority);
}
