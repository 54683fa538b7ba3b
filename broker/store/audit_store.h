/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of the audit log: added, read, never changed.
 */
#pragma once

#include "broker/db/db.h"
#include "broker/model/page.h"
#include "common/wire/audit_entry.h"

/** Adds @entry, which @transaction's writer wrote; its id and its broker are not looked at. */
gboolean audit_store_add(DbTransaction *transaction, const AuditEntry *entry,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Rows of @action that are no older than @since_us, oldest first, among the newest @limit rows of all.
 * Returns an array of AuditEntry (transfer full). */
GPtrArray *audit_store_recent(DbTransaction *transaction, const char *action, gint64 since_us, guint limit,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Rows that @filter asks for, newest first; the cursor is an id. A page may hold fewer than asked for, even
 * none, and have a next one. */
GPtrArray *audit_store_find(DbTransaction *transaction, const AuditFilter *filter, const Page *page,
                            char **ret_next, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The same of all rows; @ret_next is nullable. */
GPtrArray *audit_store_list(DbTransaction *transaction, const Page *page, char **ret_next,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Rows of @broker with ids after @after_id up to @up_to_id, oldest first, at most @limit: an array of
 * AuditEntry (transfer full). */
GPtrArray *audit_store_of_broker(DbTransaction *transaction, const char *broker, gint64 after_id,
                                 gint64 up_to_id, guint limit, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The first name after @after of a broker that has rows (transfer full), NULL in @ret_broker when there is
 * none. */
gboolean audit_store_next_broker(DbTransaction *transaction, const char *after, char **ret_broker,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** How many rows of @broker have ids after @after_id. */
gboolean audit_store_count_after(DbTransaction *transaction, const char *broker, gint64 after_id,
                                 gint64 *ret_count, GError **error) G_GNUC_WARN_UNUSED_RESULT;
