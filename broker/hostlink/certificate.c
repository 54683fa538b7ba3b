/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/hostlink/certificate.h"

#include "common/base/error.h"

#include <openssl/rand.h>
#include <openssl/x509v3.h>

#define DAY_S        (24 * 60 * 60)
#define CA_LIFE_DAYS 3650
#define BACKDATED_S  (60 * 60) /* machines whose clocks are a little behind */
#define SERIAL_BYTES 16

static gboolean
set_serial(X509 *certificate)
{
  guint8 bytes[SERIAL_BYTES];
  if (RAND_bytes(bytes, sizeof bytes) != 1)
    return FALSE;
  bytes[0] = (guint8)((bytes[0] & 0x7f) | 0x40); /* positive, and always as long (RFC 5280, 4.1.2.2) */
  BIGNUM *number = BN_bin2bn(bytes, sizeof bytes, NULL);
  gboolean set = number != NULL && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != NULL;
  BN_free(number);
  return set;
}

static gboolean
set_common_name(X509_NAME *name, const char *text)
{
  return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const guchar *)text, -1, -1, 0) == 1;
}

static gboolean
set_basics(X509 *certificate, EVP_PKEY *key, const char *common_name, long life_days)
{
  return X509_set_version(certificate, X509_VERSION_3) == 1 && set_serial(certificate) &&
         X509_gmtime_adj(X509_getm_notBefore(certificate), -BACKDATED_S) != NULL &&
         X509_gmtime_adj(X509_getm_notAfter(certificate), life_days * DAY_S) != NULL &&
         set_common_name(X509_get_subject_name(certificate), common_name) &&
         X509_set_pubkey(certificate, key) == 1;
}

static gboolean
add_extension(X509 *certificate, X509 *issuer, int nid, const char *value)
{
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
  X509_EXTENSION *extension = X509V3_EXT_nconf_nid(NULL, &context, nid, value);
  gboolean added = extension != NULL && X509_add_ext(certificate, extension, -1) == 1;
  X509_EXTENSION_free(extension);
  return added;
}

X509 *
certificate_new_ca(EVP_PKEY *key, const char *installation, GError **error)
{
  g_autoptr(X509) ca = X509_new();
  g_autofree char *name = g_strconcat("Caraway CA ", installation, NULL);
  if (!set_basics(ca, key, name, CA_LIFE_DAYS) || X509_set_issuer_name(ca, X509_get_subject_name(ca)) != 1 ||
      !add_extension(ca, ca, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") ||
      !add_extension(ca, ca, NID_key_usage, "critical,keyCertSign,cRLSign") ||
      !add_extension(ca, ca, NID_subject_key_identifier, "hash") || X509_sign(ca, key, EVP_sha256()) == 0) {
    openssl_set_error(error, CARAWAY_ERROR_INTERNAL, "The certificate authority cannot be made");
    return NULL;
  }
  return g_steal_pointer(&ca);
}

char *
certificate_names(const Identity *identity, const char *const *addresses)
{
  g_autofree char *uri = identity_uri(identity);
  GString *names = g_string_new("URI:");
  g_string_append(names, uri);
  for (; addresses != NULL && *addresses != NULL; addresses++)
    g_string_append_printf(names, ",%s:%s", g_hostname_is_ip_address(*addresses) ? "IP" : "DNS", *addresses);
  return g_string_free(names, FALSE);
}

X509 *
certificate_new_leaf(EVP_PKEY *subject_key, const Identity *identity, const char *const *addresses,
                     guint life_days, X509 *ca, EVP_PKEY *ca_key, GError **error)
{
  g_autoptr(X509) leaf = X509_new();
  g_autofree char *names = certificate_names(identity, addresses);
  if (!set_basics(leaf, subject_key, identity->name, (long)life_days) ||
      X509_set_issuer_name(leaf, X509_get_subject_name(ca)) != 1 ||
      !add_extension(leaf, ca, NID_basic_constraints, "critical,CA:FALSE") ||
      !add_extension(leaf, ca, NID_key_usage, "critical,digitalSignature") ||
      !add_extension(leaf, ca, NID_ext_key_usage, "serverAuth,clientAuth") ||
      !add_extension(leaf, ca, NID_subject_key_identifier, "hash") ||
      !add_extension(leaf, ca, NID_authority_key_identifier, "keyid:always") ||
      !add_extension(leaf, ca, NID_subject_alt_name, names) || X509_sign(leaf, ca_key, EVP_sha256()) == 0) {
    openssl_set_error(error, CARAWAY_ERROR_INVALID, "The certificate cannot be made");
    return NULL;
  }
  return g_steal_pointer(&leaf);
}
