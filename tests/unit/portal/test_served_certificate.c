/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/error.h"
#include "common/net/openssl.h"
#include "portal/served_certificate.h"

#include <glib/gstdio.h>
#include <openssl/ec.h>
#include <string.h>

static EVP_PKEY *
make_key(void)
{
  return EVP_EC_gen("P-256");
}

/* A certificate for @key, called @name, signed by @signer in the name of @issuer; its dates have passed. */
static char *
make_certificate(EVP_PKEY *key, const char *name, EVP_PKEY *signer, const char *issuer)
{
  g_autoptr(X509) certificate = X509_new();
  X509_gmtime_adj(X509_getm_notBefore(certificate), -7200);
  X509_gmtime_adj(X509_getm_notAfter(certificate), -3600);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8,
                             (const unsigned char *)name, -1, -1, 0);
  X509_NAME_add_entry_by_txt(X509_get_issuer_name(certificate), "CN", MBSTRING_UTF8,
                             (const unsigned char *)issuer, -1, -1, 0);
  g_assert_true(X509_set_pubkey(certificate, key) == 1);
  g_assert_true(X509_sign(certificate, signer, EVP_sha256()) > 0);
  return openssl_x509_to_pem(certificate);
}

/* What the product says of a leaf signed by @signer, where @ca_key is our authority's. */
static gboolean
is_own(EVP_PKEY *ca_key, EVP_PKEY *signer)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(EVP_PKEY) leaf_key = make_key();
  g_autofree char *ca = make_certificate(ca_key, "Caraway", ca_key, "Caraway");
  g_autofree char *leaf = make_certificate(leaf_key, "portal", signer, "Caraway");
  g_autofree char *folder = g_dir_make_tmp("caraway-certificate-XXXXXX", NULL);
  g_autofree char *path = g_build_filename(folder, "tls.crt", NULL);
  gboolean result = FALSE;
  g_assert_true(g_file_set_contents(path, leaf, -1, NULL));
  gboolean done = served_certificate_is_own(path, ca, &result, &error);
  g_assert_no_error(error);
  g_assert_true(done);
  g_unlink(path);
  g_rmdir(folder);
  return result;
}

static void
test_a_joined_certificate_is_ours(void)
{
  g_autoptr(EVP_PKEY) ca_key = make_key();
  g_assert_false(is_own(ca_key, ca_key));
}

static void
test_another_authority_of_our_name_is_not_ours(void)
{
  g_autoptr(EVP_PKEY) ca_key = make_key();
  g_autoptr(EVP_PKEY) other = make_key();
  g_assert_true(is_own(ca_key, other));
}

static void
test_a_missing_file_is_named(void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(EVP_PKEY) ca_key = make_key();
  g_autofree char *ca = make_certificate(ca_key, "Caraway", ca_key, "Caraway");
  gboolean result = FALSE;
  g_assert_false(served_certificate_is_own("/nowhere/tls.crt", ca, &result, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG);
  g_assert_nonnull(strstr(error->message, "/nowhere/tls.crt"));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/portal/served-certificate/joined", test_a_joined_certificate_is_ours);
  g_test_add_func("/portal/served-certificate/other", test_another_authority_of_our_name_is_not_ours);
  g_test_add_func("/portal/served-certificate/missing", test_a_missing_file_is_named);
  return g_test_run();
}
