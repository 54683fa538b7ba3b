/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/hostlink/certificate_facts.h"

#include "common/net/openssl.h"

#include <gio/gio.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <time.h>

#define NAMES_MAX 64
#define IPV4_SIZE 4
#define IPV6_SIZE 16

static char *
address_of(const GENERAL_NAME *name)
{
  if (name->type == GEN_DNS) {
    const ASN1_IA5STRING *text = name->d.dNSName;
    return g_strndup((const char *)ASN1_STRING_get0_data(text), (gsize)ASN1_STRING_length(text));
  }
  int size = name->type == GEN_IPADD ? ASN1_STRING_length(name->d.iPAddress) : 0;
  if (size != IPV4_SIZE && size != IPV6_SIZE)
    return NULL;
  g_autoptr(GInetAddress) address =
      g_inet_address_new_from_bytes(ASN1_STRING_get0_data(name->d.iPAddress),
                                    size == IPV4_SIZE ? G_SOCKET_FAMILY_IPV4 : G_SOCKET_FAMILY_IPV6);
  return g_inet_address_to_string(address);
}

GStrv
certificate_facts_addresses(X509 *certificate)
{
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
  GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
  int count = names != NULL ? sk_GENERAL_NAME_num(names) : 0;
  for (int i = 0; i < count && i < NAMES_MAX; i++) {
    g_autofree char *address = address_of(sk_GENERAL_NAME_value(names, i));
    if (address != NULL)
      g_strv_builder_add(builder, address);
  }
  GENERAL_NAMES_free(names);
  return g_strv_builder_end(builder);
}

static gint64
time_us(const ASN1_TIME *time)
{
  struct tm parts;
  if (ASN1_TIME_to_tm(time, &parts) != 1)
    return 0;
  return (gint64)timegm(&parts) * G_USEC_PER_SEC;
}

static char *
hexadecimal(const ASN1_OCTET_STRING *bytes)
{
  GString *text = g_string_new(NULL);
  for (int i = 0; bytes != NULL && i < ASN1_STRING_length(bytes); i++)
    g_string_append_printf(text, "%02x", ASN1_STRING_get0_data(bytes)[i]);
  return g_string_free(text, FALSE);
}

CertificateRow *
certificate_facts_of(X509 *certificate, GError **error)
{
  g_autoptr(Identity) identity = identity_from_x509(certificate, error);
  if (identity == NULL)
    return NULL;
  g_auto(GStrv) addresses = certificate_facts_addresses(certificate);
  CertificateRow *row = g_new0(CertificateRow, 1);
  row->serial = g_strdup(identity->serial);
  row->role = g_strdup(identity_role_name(identity->role));
  row->name = g_strdup(identity->name);
  row->addresses = g_strjoinv(",", addresses);
  row->authority = hexadecimal(X509_get0_authority_key_id(certificate));
  row->not_before_us = time_us(X509_get0_notBefore(certificate));
  row->not_after_us = time_us(X509_get0_notAfter(certificate));
  row->issued_by = g_strdup("");
  row->revoked_by = g_strdup("");
  row->reason = g_strdup("");
  return row;
}

CertificateRow *
certificate_facts_of_pem(const char *pem, GError **error)
{
  g_autoptr(X509) certificate = openssl_x509_from_pem(pem, error);
  return certificate != NULL ? certificate_facts_of(certificate, error) : NULL;
}
