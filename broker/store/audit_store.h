/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of the audit log: added, read, never changed.
 */
#pragma once

#include "broker/db/db.h"
#include "broker/model/audit_entry.h"
#include "broker/model/page.h"

/** Adds @entry; its id is not looked at. */
gboolean audit_store_add(DbTransaction *transaction, const AuditEntry *entry,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Rows, newest first; the cursor is the last id. */
GPtrArray *audit_store_list(DbTransaction *transaction, const Page *page, char **ret_next,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
