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

/** Rows of @action that are no older than @since_us, oldest first, among the newest @limit rows of all.
 * Returns an array of AuditEntry (transfer full). */
GPtrArray *audit_store_recent(DbTransaction *transaction, const char *action, gint64 since_us, guint limit,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Rows, newest first; the cursor is the last id. */
GPtrArray *audit_store_list(DbTransaction *transaction, const Page *page, char **ret_next,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
