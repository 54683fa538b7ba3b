/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The thread that seals the audit log soon after each commit, trims it, and writes an anchor to the broker's
 * own log now and then. Owns nothing but when; what is done is in audit_sealing.h and audit_retention.h.
 */
#pragma once

#include "broker/service/services.h"

typedef struct AuditSealer AuditSealer;

/** A sealer for @services (borrowed) that rests. */
AuditSealer *audit_sealer_new(Services *services);

/** Starts it. */
void audit_sealer_start(AuditSealer *sealer);

/** Something was committed: it looks soon. Any thread; costs next to nothing. */
void audit_sealer_wake(AuditSealer *sealer);

/** Seals what is left and ends. */
void audit_sealer_stop(AuditSealer *sealer);

/** Frees @sealer (nullable). */
void audit_sealer_free(AuditSealer *sealer);
