/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/devices/device_proofs.h"

#include "broker/auth/device_nonce.h"
#include "broker/service/audit_log.h"
#include "broker/store/device_store.h"
#include "common/base/error.h"

gboolean
device_proofs_refuse(GError **error)
{
  g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_DEVICE_REFUSED,
                      "The device is not known here, or its proof is wrong or came too late.");
  return FALSE;
}

gboolean
device_proofs_check(Services *services, DeviceProofPurpose purpose, const char *subject, const char *nonce,
                    const char *public_key, const char *signature, GError **error)
{
  gint64 expires_us;
  const DeviceProof proof = {purpose, services->installation, subject, nonce};
  return (device_nonce_check(services->nonce_key, nonce, clock_wall_us(&services->time), &expires_us) &&
          device_proof_check(&proof, public_key, signature)) ||
         device_proofs_refuse(error);
}

/* Looked at again: time went by since it was checked, and what is used is forgotten once it has expired. */
gboolean
device_proofs_use(Work *work, const char *nonce, GError **error)
{
  gint64 expires_us;
  gboolean fresh = FALSE;
  if (!device_nonce_check(work->services->nonce_key, nonce, work->now_us, &expires_us))
    return device_proofs_refuse(error);
  return device_store_use_nonce(work->transaction, nonce, expires_us, &fresh, error) &&
         (fresh || device_proofs_refuse(error));
}

void
device_proofs_refused(Services *services, const char *action, const char *object, const char *address,
                      const GError *refusal)
{
  if (!g_error_matches(refusal, CARAWAY_ERROR, CARAWAY_ERROR_DEVICE_REFUSED) &&
      !g_error_matches(refusal, CARAWAY_ERROR, CARAWAY_ERROR_DEVICE_REVOKED))
    return;
  device_budget_take(services->device_budget, DEVICE_BUDGET_FAILURE, address,
                     clock_boottime_us(services->clock));
  audit_log_refusal(services, NULL, action, object, address, refusal);
}
