/* SPDX-License-Identifier: Apache-2.0 */
#include "common/net/credentials.h"

#include "common/base/error.h"
#include "common/base/json.h"
#include "common/base/secret.h"
#include "common/net/credential_files.h"
#include "common/net/openssl.h"
#include "common/net/revocations.h"

#include <openssl/ec.h>
#include <string.h>

#define JOIN_MAX 65536
#define URL_MAX  512

#define DAY_S        (24 * 60 * 60)
#define DUE_AT_THIRD 3 /* a third of the life is left */

struct Credentials {
  char *folder;
  GPtrArray *retired; /* of GTlsCertificate: who asked before may still hold them */
  Identity *identity;
  char *ca_pem;
  X509 *ca;
  X509 *certificate;
  EVP_PKEY *key;
  GTlsCertificate *tls_certificate;
  GTlsDatabase *tls_database;
  char *broker_url;
  JsonArray *grant_keys;
  GPtrArray *authorities; /* of X509 */
  Revocations *revocations;
};

char *
credentials_make_key(void)
{
  g_autoptr(EVP_PKEY) key = EVP_EC_gen("P-256");
  if (key == NULL)
    g_error("OpenSSL cannot make a key");
  return openssl_key_to_pem(key);
}

char *
credentials_make_request(const char *key_pem, const char *name, GError **error)
{
  g_autoptr(EVP_PKEY) key = openssl_key_from_pem(key_pem, error);
  if (key == NULL)
    return NULL;
  g_autoptr(X509_REQ) request = X509_REQ_new();
  X509_NAME *subject = X509_REQ_get_subject_name(request);
  if (X509_REQ_set_version(request, X509_REQ_VERSION_1) != 1 ||
      X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const guchar *)name, -1, -1, 0) != 1 ||
      X509_REQ_set_pubkey(request, key) != 1 || X509_REQ_sign(request, key, EVP_sha256()) == 0) {
    openssl_set_error(error, CARAWAY_ERROR_INTERNAL, "A certificate request cannot be made");
    return NULL;
  }
  return openssl_request_to_pem(request);
}

static gboolean
read_join(Credentials *credentials, const char *text, GError **error)
{
  g_autoptr(JsonObject) object = json_parse_object(text, strlen(text), JOIN_MAX, error);
  const char *url = object != NULL ? json_get_string(object, "broker", URL_MAX, error) : NULL;
  JsonArray *keys = url != NULL ? json_get_array(object, "grant_keys", 64, error) : NULL;
  if (keys == NULL)
    return FALSE;
  credentials->broker_url = g_strdup(url);
  credentials->grant_keys = json_array_ref(keys);
  return TRUE;
}

static gboolean
read_texts(Credentials *credentials, const CredentialFiles *files, GError **error)
{
  credentials->ca_pem = g_strdup(files->ca);
  credentials->ca = openssl_x509_from_pem(files->ca, error);
  if (credentials->ca == NULL)
    return FALSE;
  credentials->certificate = openssl_x509_from_pem(files->certificate, error);
  if (credentials->certificate == NULL)
    return FALSE;
  credentials->key = openssl_key_from_pem(files->key, error);
  if (credentials->key == NULL)
    return FALSE;
  if (X509_check_private_key(credentials->certificate, credentials->key) != 1) {
    openssl_set_error(error, CARAWAY_ERROR_CONFIG, "The key does not fit the certificate");
    return FALSE;
  }
  credentials->identity = identity_from_x509(credentials->certificate, error);
  if (credentials->identity == NULL)
    return FALSE;
  if (!openssl_x509_verify(credentials->certificate, credentials->ca, error))
    return FALSE;
  g_autofree char *pem = g_strconcat(files->certificate, "\n", files->key, NULL);
  credentials->tls_certificate = g_tls_certificate_new_from_pem(pem, -1, error);
  explicit_bzero(pem, strlen(pem));
  if (credentials->tls_certificate == NULL)
    return FALSE;
  return files->join == NULL || read_join(credentials, files->join, error);
}

static void
free_x509(gpointer certificate)
{
  X509_free(certificate);
}

static gboolean
read_revocations(Credentials *credentials, const char *folder, GError **error)
{
  g_autofree char *path = g_build_filename(folder, CREDENTIALS_REVOKED_FILE, NULL);
  credentials->authorities = g_ptr_array_new_with_free_func(free_x509);
  X509_up_ref(credentials->ca);
  g_ptr_array_add(credentials->authorities, credentials->ca);
  credentials->revocations = revocations_new(path);
  return revocations_load(credentials->revocations, credentials->authorities, error);
}

gboolean
credentials_take_revocations(Credentials *credentials, const char *pem, gboolean *ret_changed, GError **error)
{
  return revocations_take(credentials->revocations, pem, credentials->authorities, ret_changed, error);
}

Credentials *
credentials_load(const char *folder, GError **error)
{
  g_autoptr(LoadedFiles) loaded = credential_files_read(folder, error);
  if (loaded == NULL)
    return NULL;
  g_autoptr(Credentials) credentials = g_new0(Credentials, 1);
  credentials->folder = g_strdup(folder);
  credentials->retired = g_ptr_array_new_with_free_func(g_object_unref);
  g_autoptr(GError) local = NULL;
  if (!read_texts(credentials, &loaded->files, &local)) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG,
                "The credentials in %s cannot be used: %s Join this machine again with a new token.", folder,
                local->message);
    return NULL;
  }
  if (!read_revocations(credentials, folder, error))
    return NULL;
  g_autofree char *ca_path = g_build_filename(folder, "ca.pem", NULL);
  credentials->tls_database = g_tls_file_database_new(ca_path, error);
  return credentials->tls_database != NULL ? g_steal_pointer(&credentials) : NULL;
}

static gint64
seconds_between(const ASN1_TIME *from, const ASN1_TIME *to)
{
  int days = 0, seconds = 0;
  return ASN1_TIME_diff(&days, &seconds, from, to) == 1 ? (gint64)days * DAY_S + seconds : 0;
}

gboolean
credentials_are_due(const Credentials *credentials)
{
  const ASN1_TIME *end = X509_get0_notAfter(credentials->certificate);
  gint64 life_s = seconds_between(X509_get0_notBefore(credentials->certificate), end);
  return seconds_between(NULL, end) * DUE_AT_THIRD <= life_s;
}

gboolean
credentials_reload(Credentials *credentials, GError **error)
{
  g_autoptr(Credentials) fresh = credentials_load(credentials->folder, error);
  if (fresh == NULL)
    return FALSE;
  g_autofree char *uri = identity_uri(credentials->identity);
  g_autofree char *fresh_uri = identity_uri(fresh->identity);
  if (!g_str_equal(uri, fresh_uri)) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG, "%s holds the certificate of another machine.",
                credentials->folder);
    return FALSE;
  }
  X509 *certificate = g_steal_pointer(&fresh->certificate);
  EVP_PKEY *key = g_steal_pointer(&fresh->key);
  X509_free(credentials->certificate);
  EVP_PKEY_free(credentials->key);
  credentials->certificate = certificate;
  credentials->key = key;
  g_ptr_array_add(credentials->retired, credentials->tls_certificate);
  g_atomic_pointer_set(&credentials->tls_certificate, g_steal_pointer(&fresh->tls_certificate));
  return TRUE;
}

/* Before anything is written: what a broker answers may be anything. */
static gboolean
check_renewal(const Credentials *credentials, const char *chain, const char *key_pem, GError **error)
{
  g_autoptr(X509) leaf = openssl_x509_from_pem(chain, error);
  g_autoptr(EVP_PKEY) key = leaf != NULL ? openssl_key_from_pem(key_pem, error) : NULL;
  if (key == NULL || !openssl_x509_verify(leaf, credentials->ca, error))
    return FALSE;
  g_autoptr(Identity) identity = identity_from_x509(leaf, error);
  if (identity == NULL)
    return FALSE;
  g_autofree char *uri = identity_uri(credentials->identity);
  g_autofree char *renewed_uri = identity_uri(identity);
  if (g_str_equal(uri, renewed_uri) && X509_check_private_key(leaf, key) == 1)
    return TRUE;
  openssl_set_error(error, CARAWAY_ERROR_UNTRUSTED, "The new certificate is not of this machine and its key");
  return FALSE;
}

gboolean
credentials_renew(Credentials *credentials, const char *chain, const char *key_pem, GError **error)
{
  return check_renewal(credentials, chain, key_pem, error) &&
         credential_files_replace(credentials->folder, chain, key_pem, error) &&
         credentials_reload(credentials, error);
}

const Identity *
credentials_identity(const Credentials *credentials)
{
  return credentials->identity;
}

const char *
credentials_ca_pem(const Credentials *credentials)
{
  return credentials->ca_pem;
}

const char *
credentials_broker_url(const Credentials *credentials)
{
  return credentials->broker_url;
}

JsonArray *
credentials_grant_keys(const Credentials *credentials)
{
  return credentials->grant_keys;
}

Identity *
credentials_check_peer(const Credentials *credentials, X509 *peer, GError **error)
{
  if (!openssl_x509_verify(peer, credentials->ca, error))
    return NULL;
  if (revocations_has(credentials->revocations, peer)) {
    g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_UNTRUSTED, "The peer's certificate was revoked.");
    return NULL;
  }
  g_autoptr(Identity) identity = identity_from_x509(peer, error);
  if (identity == NULL)
    return NULL;
  if (strcmp(identity->installation, credentials->identity->installation) != 0) {
    g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_UNTRUSTED,
                        "The peer belongs to another installation of Caraway.");
    return NULL;
  }
  return g_steal_pointer(&identity);
}

Identity *
credentials_check_x509(const Credentials *credentials, X509 *peer, IdentityRole role, GError **error)
{
  if (peer == NULL) {
    g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_UNTRUSTED, "The peer sent no certificate.");
    return NULL;
  }
  g_autoptr(Identity) identity = credentials_check_peer(credentials, peer, error);
  if (identity == NULL)
    return NULL;
  if (identity->role != role) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_UNTRUSTED, "The peer is a %s; a %s was expected.",
                identity_role_name(identity->role), identity_role_name(role));
    return NULL;
  }
  return g_steal_pointer(&identity);
}

Identity *
credentials_check_certificate(const Credentials *credentials, GTlsCertificate *peer, GError **error)
{
  g_autoptr(X509) x509 = openssl_x509_from_certificate(peer, error);
  return x509 != NULL ? credentials_check_peer(credentials, x509, error) : NULL;
}

GTlsCertificate *
credentials_tls_certificate(const Credentials *credentials)
{
  return g_atomic_pointer_get(&((Credentials *)credentials)->tls_certificate);
}

GTlsDatabase *
credentials_tls_database(const Credentials *credentials)
{
  return credentials->tls_database;
}

void
credentials_free(Credentials *credentials)
{
  if (credentials == NULL)
    return;
  identity_free(credentials->identity);
  g_free(credentials->ca_pem);
  X509_free(credentials->ca);
  X509_free(credentials->certificate);
  EVP_PKEY_free(credentials->key);
  g_clear_object(&credentials->tls_certificate);
  g_clear_object(&credentials->tls_database);
  g_free(credentials->broker_url);
  g_clear_pointer(&credentials->grant_keys, json_array_unref);
  g_clear_pointer(&credentials->authorities, g_ptr_array_unref);
  g_clear_pointer(&credentials->retired, g_ptr_array_unref);
  g_free(credentials->folder);
  revocations_free(credentials->revocations);
  g_free(credentials);
}
