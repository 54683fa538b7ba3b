/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lets the oldest part of the audit log go: whole seals that are older than is kept, in small steps, each
 * leaving a signed checkpoint from which the rest still verifies.
 */
#pragma once

#include "broker/service/services.h"

/** Trims every chain, as the keeper. CARAWAY_ERROR_STALE_EPOCH when another broker is that. Without a key or
 * a limit nothing is done. */
gboolean audit_retention_run(Services *services, GError **error) G_GNUC_WARN_UNUSED_RESULT;
