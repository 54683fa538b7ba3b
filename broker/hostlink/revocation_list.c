/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/hostlink/revocation_list.h"

#include "common/base/error.h"

#include <openssl/x509v3.h>

#define BACKDATED_S (60 * 60)      /* machines whose clocks are a little behind */
#define GOOD_FOR_S  (24 * 60 * 60) /* for others than our machines, which keep the last one that they got */

static gboolean
set_basics(X509_CRL *list, X509 *ca)
{
  ASN1_TIME *now = X509_gmtime_adj(NULL, -BACKDATED_S);
  ASN1_TIME *later = X509_gmtime_adj(NULL, GOOD_FOR_S);
  gboolean set = X509_CRL_set_version(list, X509_CRL_VERSION_2) == 1 &&
                 X509_CRL_set_issuer_name(list, X509_get_subject_name(ca)) == 1 &&
                 X509_CRL_set1_lastUpdate(list, now) == 1 && X509_CRL_set1_nextUpdate(list, later) == 1;
  ASN1_TIME_free(now);
  ASN1_TIME_free(later);
  return set;
}

static gboolean
set_number(X509_CRL *list, gint64 number)
{
  ASN1_INTEGER *value = ASN1_INTEGER_new();
  gboolean set = ASN1_INTEGER_set_int64(value, number) == 1 &&
                 X509_CRL_add1_ext_i2d(list, NID_crl_number, value, 0, X509V3_ADD_DEFAULT) == 1;
  ASN1_INTEGER_free(value);
  return set;
}

/* @list owns the entry once it is in it. */
static gboolean
add_entry(X509_CRL *list, const CertificateRow *row)
{
  BIGNUM *number = NULL;
  if (BN_hex2bn(&number, row->serial) == 0)
    return FALSE;
  ASN1_INTEGER *serial = BN_to_ASN1_INTEGER(number, NULL);
  ASN1_TIME *when = ASN1_TIME_set(NULL, row->revoked_us / G_USEC_PER_SEC);
  X509_REVOKED *entry = X509_REVOKED_new();
  gboolean added = X509_REVOKED_set_serialNumber(entry, serial) == 1 &&
                   X509_REVOKED_set_revocationDate(entry, when) == 1 &&
                   X509_CRL_add0_revoked(list, entry) == 1;
  if (!added)
    X509_REVOKED_free(entry);
  BN_free(number);
  ASN1_INTEGER_free(serial);
  ASN1_TIME_free(when);
  return added;
}

static gboolean
add_entries(X509_CRL *list, const GPtrArray *revoked)
{
  for (guint i = 0; i < revoked->len; i++)
    if (!add_entry(list, g_ptr_array_index(revoked, i)))
      return FALSE;
  return X509_CRL_sort(list) == 1;
}

char *
revocation_list_new(X509 *ca, EVP_PKEY *key, gint64 number, const GPtrArray *revoked, GError **error)
{
  g_autoptr(X509_CRL) list = X509_CRL_new();
  if (!set_basics(list, ca) || !set_number(list, number) || !add_entries(list, revoked) ||
      X509_CRL_sign(list, key, EVP_sha256()) == 0) {
    openssl_set_error(error, CARAWAY_ERROR_INTERNAL, "The list of revoked certificates cannot be signed");
    return NULL;
  }
  return openssl_crl_to_pem(list);
}
