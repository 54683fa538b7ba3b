/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/served_certificate.h"

#include "common/base/error.h"
#include "common/net/openssl.h"

#include <openssl/err.h>

gboolean
served_certificate_is_own(const char *path, const char *ca_pem, gboolean *ret_is_own, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr(GError) local = NULL;
  g_autoptr(X509) ca = openssl_x509_from_pem(ca_pem, error);
  if (ca == NULL)
    return FALSE;
  g_autoptr(X509) served =
      g_file_get_contents(path, &text, NULL, &local) ? openssl_x509_from_pem(text, &local) : NULL;
  if (served == NULL) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG, "The certificate file %s cannot be used: %s",
                path, local->message);
    return FALSE;
  }
  *ret_is_own = X509_verify(served, X509_get0_pubkey(ca)) != 1;
  ERR_clear_error();
  return TRUE;
}
