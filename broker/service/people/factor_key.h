/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The key that secrets of second factors are sealed with: random, one for the installation, kept in the
 * database under a wrapping key that the database does not hold. docs/decisions/second-factor.md says why.
 */
#pragma once

#include "broker/auth/factor_vault.h"
#include "broker/service/services.h"

/** Reads the installation's key with @wrapping_key, or makes it when there is none yet, and gives @services
 * what seals with it. CARAWAY_ERROR_CONFIG when it was wrapped with another key. */
gboolean factor_key_open(Services *services, const guint8 wrapping_key[FACTOR_KEY_BYTES],
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** What seals secrets (transfer none); CARAWAY_ERROR_CONFIG before factor_key_open(). */
const FactorVault *factor_key_vault(Services *services, GError **error);
