/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a device has to prove whatever it wants: a signature over a nonce of this installation that is used
 * for the first time, at whichever broker. Wrong ones are counted and audited.
 */
#pragma once

#include "broker/service/work.h"
#include "common/wire/device_proof.h"

/** Whether @signature of @nonce is @public_key's, for @purpose and @subject of this installation, now; else
 * CARAWAY_ERROR_DEVICE_REFUSED. The nonce is not used yet. */
gboolean device_proofs_check(Services *services, DeviceProofPurpose purpose, const char *subject,
                             const char *nonce, const char *public_key, const char *signature,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Uses @nonce, which passed device_proofs_check(); CARAWAY_ERROR_DEVICE_REFUSED when somebody did before. */
gboolean device_proofs_use(Work *work, const char *nonce, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Counts and audits @refusal of @action for @object from @address, where it was the device's fault. */
void device_proofs_refused(Services *services, const char *action, const char *object, const char *address,
                           const GError *refusal);

/** Sets the CARAWAY_ERROR_DEVICE_REFUSED that tells nobody what was wrong; FALSE. */
gboolean device_proofs_refuse(GError **error);
