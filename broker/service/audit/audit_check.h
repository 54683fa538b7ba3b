/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads the chains of the audit log from a database, with or without a broker at work, and has them checked.
 */
#pragma once

#include "broker/service/audit/audit_verification.h"
#include "broker/store/database.h"

/** Checks a part of the log in the view of @transaction, from @cursor (nullable: the beginning) on. Returns
 * what was found (transfer full). */
AuditReport *audit_check_run(DbTransaction *transaction, const char *cursor,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
