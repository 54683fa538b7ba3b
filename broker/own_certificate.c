/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/own_certificate.h"

#include "broker/hostlink/certificate_facts.h"
#include "broker/service/trust/certificate_registry.h"

static CertificateRow *
read_own(const char *folder, GError **error)
{
  g_autofree char *path = g_build_filename(folder, "identity.pem", NULL);
  g_autofree char *pem = NULL;
  return g_file_get_contents(path, &pem, NULL, error) ? certificate_facts_of_pem(pem, error) : NULL;
}

static CertificateStanding
standing_of(Services *services, const CertificateRow *row)
{
  return certificate_registry_standing(services, row->role, row->name, row->serial);
}

/* The one that is there may have been revoked. */
static gboolean
is_revoked(Services *services, const char *folder)
{
  g_autoptr(CertificateRow) row = read_own(folder, NULL);
  CertificateStanding standing = row != NULL ? standing_of(services, row) : CERTIFICATE_UNKNOWN;
  return standing == CERTIFICATE_REVOKED || standing == CERTIFICATE_CUT;
}

gboolean
own_certificate_ensure(Services *services, const Authority *authority, const char *folder,
                       const Identity *identity, const char *const *addresses, GError **error)
{
  if (!authority_renew_own(authority, folder, identity, addresses, is_revoked(services, folder), error))
    return FALSE;
  g_autoptr(CertificateRow) row = read_own(folder, error);
  return row != NULL && (standing_of(services, row) != CERTIFICATE_UNKNOWN ||
                         certificate_registry_enter_own(services, row, error));
}
