/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/api/machine_check.h"

#include "broker/hostlink/authority.h"
#include "broker/service/trust/certificate_registry.h"
#include "common/base/error.h"

static CertificateStanding
standing_of(Services *services, const Identity *peer)
{
  return certificate_registry_standing(services, identity_role_name(peer->role), peer->name, peer->serial);
}

gboolean
machine_check_counts(const Identity *peer, gpointer services)
{
  CertificateStanding standing = standing_of(services, peer);
  return standing == CERTIFICATE_GOOD || standing == CERTIFICATE_UNKNOWN;
}

void
machine_check_set_revoked(const Identity *peer, GError **error)
{
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_UNTRUSTED, "The certificate %s of %s/%s was revoked.",
              peer->serial, identity_role_name(peer->role), peer->name);
}

Identity *
machine_check_peer(Services *services, const Credentials *credentials, X509 *certificate, GError **error)
{
  g_autoptr(Identity) identity = credentials_check_peer(credentials, certificate, error);
  if (identity == NULL)
    return NULL;
  CertificateStanding standing = standing_of(services, identity);
  if (standing == CERTIFICATE_REVOKED || standing == CERTIFICATE_CUT) {
    machine_check_set_revoked(identity, error);
    return NULL;
  }
  CertificateRow *row = standing == CERTIFICATE_UNKNOWN ? certificate_facts_of(certificate, NULL) : NULL;
  if (row != NULL)
    certificate_registry_note(services, row);
  return g_steal_pointer(&identity);
}
