/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/policy/renewal_rules.h"

#include "common/base/error.h"

#include <gio/gio.h>

static gboolean
refuse(const RenewalFacts *facts, const char *what, GError **error)
{
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_UNTRUSTED,
              "The certificate %s was %s; join this machine again with a new token.", facts->older->serial,
              what);
  return FALSE;
}

gboolean
renewal_rules_check(const RenewalFacts *facts, GError **error)
{
  const CertificateRow *older = facts->older;
  if (older->revoked_us != 0 || (facts->cut_us != 0 && facts->cut_us >= older->issued_us))
    return refuse(facts, "revoked", error);
  if (older->replaced_by != NULL && facts->now_us - facts->replaced_us > RENEWAL_REPEAT_US)
    return refuse(facts, "replaced long ago", error);
  if (facts->recent < RENEWAL_MAX)
    return TRUE;
  g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_THROTTLED,
                      "This machine was given too many certificates within the last hour; ask again later.");
  return FALSE;
}
