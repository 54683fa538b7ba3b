/* SPDX-License-Identifier: Apache-2.0 */
#include "common/net/openssl.h"

#include "common/base/error.h"
#include "common/base/secret.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>

#define PEM_MAX  65536
#define LIST_MAX (8 * 1024 * 1024)

void
openssl_set_error(GError **error, int code, const char *what)
{
  unsigned long last = ERR_peek_last_error();
  const char *reason = last != 0 ? ERR_reason_error_string(last) : NULL;
  if (reason != NULL)
    g_set_error(error, CARAWAY_ERROR, code, "%s (%s).", what, reason);
  else
    g_set_error(error, CARAWAY_ERROR, code, "%s.", what);
  ERR_clear_error();
}

/* A reader over @pem; NULL when it is absurdly long. */
static BIO *
reader_new(const char *pem)
{
  gsize length = strnlen(pem, PEM_MAX + 1);
  return length <= PEM_MAX ? BIO_new_mem_buf(pem, (int)length) : NULL;
}

static char *
writer_text(BIO *writer)
{
  char *data = NULL;
  long length = BIO_get_mem_data(writer, &data);
  return g_strndup(data, (gsize)length);
}

/* @value in PEM: its DER by @encode, between lines of @label. */
static char *
to_pem(i2d_of_void *encode, const char *label, const void *value)
{
  g_autoptr(BIO) writer = BIO_new(BIO_s_mem());
  PEM_ASN1_write_bio(encode, label, writer, value, NULL, NULL, 0, NULL, NULL);
  return writer_text(writer);
}

/* An encrypted key is not ours: never ask at a terminal. */
static int
no_passphrase(char *buffer, int size, int writing, void *user_data)
{
  return -1;
}

X509 *
openssl_x509_from_pem(const char *pem, GError **error)
{
  g_autoptr(BIO) reader = reader_new(pem);
  X509 *certificate = reader != NULL ? PEM_read_bio_X509(reader, NULL, no_passphrase, NULL) : NULL;
  if (certificate == NULL)
    openssl_set_error(error, CARAWAY_ERROR_INVALID, "This is not a certificate in PEM");
  return certificate;
}

char *
openssl_x509_to_pem(X509 *certificate)
{
  return to_pem((i2d_of_void *)i2d_X509, PEM_STRING_X509, certificate);
}

char *
openssl_x509_hash(X509 *certificate)
{
  guint8 digest[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  X509_digest(certificate, EVP_sha256(), digest, &length);
  return secret_to_base64url(digest, length);
}

X509 *
openssl_x509_from_certificate(GTlsCertificate *certificate, GError **error)
{
  g_autoptr(GByteArray) der = NULL;
  g_object_get(certificate, "certificate", &der, NULL);
  const unsigned char *cursor = der != NULL ? der->data : NULL;
  X509 *x509 = der != NULL ? d2i_X509(NULL, &cursor, der->len) : NULL;
  if (x509 == NULL)
    openssl_set_error(error, CARAWAY_ERROR_UNTRUSTED, "The peer's certificate cannot be read");
  return x509;
}

char *
openssl_x509_serial(const X509 *certificate)
{
  BIGNUM *number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), NULL);
  char *text = number != NULL ? BN_bn2hex(number) : NULL;
  char *serial = g_ascii_strdown(text != NULL ? text : "", -1);
  OPENSSL_free(text);
  BN_free(number);
  return serial;
}

EVP_PKEY *
openssl_key_from_pem(const char *pem, GError **error)
{
  g_autoptr(BIO) reader = reader_new(pem);
  EVP_PKEY *key = reader != NULL ? PEM_read_bio_PrivateKey(reader, NULL, no_passphrase, NULL) : NULL;
  if (key == NULL)
    openssl_set_error(error, CARAWAY_ERROR_INVALID, "This is not a private key in PEM");
  return key;
}

char *
openssl_key_to_pem(EVP_PKEY *key)
{
  g_autoptr(BIO) writer = BIO_new(BIO_s_secmem());
  PEM_write_bio_PKCS8PrivateKey(writer, key, NULL, NULL, 0, NULL, NULL);
  return writer_text(writer);
}

X509_REQ *
openssl_request_from_pem(const char *pem, GError **error)
{
  g_autoptr(BIO) reader = reader_new(pem);
  g_autoptr(X509_REQ) request =
      reader != NULL ? PEM_read_bio_X509_REQ(reader, NULL, no_passphrase, NULL) : NULL;
  EVP_PKEY *key = request != NULL ? X509_REQ_get0_pubkey(request) : NULL;
  if (key == NULL || X509_REQ_verify(request, key) != 1) {
    openssl_set_error(error, CARAWAY_ERROR_INVALID, "This is not a signed certificate request in PEM");
    return NULL;
  }
  return g_steal_pointer(&request);
}

char *
openssl_request_to_pem(X509_REQ *request)
{
  return to_pem((i2d_of_void *)i2d_X509_REQ, PEM_STRING_X509_REQ, request);
}

X509_CRL *
openssl_crl_from_pem(const char *pem, GError **error)
{
  gsize length = strnlen(pem, LIST_MAX + 1);
  g_autoptr(BIO) reader = length <= LIST_MAX ? BIO_new_mem_buf(pem, (int)length) : NULL;
  X509_CRL *list = reader != NULL ? PEM_read_bio_X509_CRL(reader, NULL, no_passphrase, NULL) : NULL;
  if (list == NULL)
    openssl_set_error(error, CARAWAY_ERROR_INVALID, "This is not a list of revoked certificates in PEM");
  return list;
}

char *
openssl_crl_to_pem(X509_CRL *list)
{
  return to_pem((i2d_of_void *)i2d_X509_CRL, PEM_STRING_X509_CRL, list);
}

gboolean
openssl_x509_verify(X509 *certificate, X509 *ca, GError **error)
{
  g_autoptr(X509_STORE) store = X509_STORE_new();
  g_autoptr(X509_STORE_CTX) context = X509_STORE_CTX_new();
  X509_STORE_add_cert(store, ca);
  if (X509_STORE_CTX_init(context, store, certificate, NULL) == 1 && X509_verify_cert(context) == 1)
    return TRUE;
  int reason = X509_STORE_CTX_get_error(context);
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_UNTRUSTED,
              "The peer's certificate is not valid in this installation: %s.",
              X509_verify_cert_error_string(reason));
  ERR_clear_error();
  return FALSE;
}
