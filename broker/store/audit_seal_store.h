/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Seals of the audit log, the keys that they are signed with, and the checkpoints that retention leaves.
 * Added and read; only retention removes.
 */
#pragma once

#include "broker/db/db.h"
#include "common/wire/audit_chain.h"

/** Adds @seal. CARAWAY_ERROR_CONFLICT when its chain has one of its number. */
gboolean audit_seal_store_add(DbTransaction *transaction, const AuditSeal *seal,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The newest seal of @broker (transfer full) in @ret_seal; NULL when there is none. */
gboolean audit_seal_store_newest(DbTransaction *transaction, const char *broker, AuditSeal **ret_seal,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Seal @number of @broker (transfer full) in @ret_seal; NULL when there is none. */
gboolean audit_seal_store_find(DbTransaction *transaction, const char *broker, gint64 number,
                               AuditSeal **ret_seal, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Seals of @broker after @number, at most @limit, in their order: an array of AuditSeal (transfer full). */
GPtrArray *audit_seal_store_list(DbTransaction *transaction, const char *broker, gint64 number, guint limit,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The number of the seal before the first one of @broker, in their order, that is not from before @time_us:
 * the times of seals need not rise. Of the last one when there is none; 0 without any. */
gboolean audit_seal_store_last_before(DbTransaction *transaction, const char *broker, gint64 time_us,
                                      gint64 *ret_number, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The first name after @after of a broker that has seals (transfer full); NULL in @ret_broker: none. */
gboolean audit_seal_store_next_broker(DbTransaction *transaction, const char *after, char **ret_broker,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Publishes @key; one that is there already stays. */
gboolean audit_seal_store_put_key(DbTransaction *transaction, const AuditKey *key, gint64 now_us,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** All keys, ordered by id: an array of AuditKey (transfer full). */
GPtrArray *audit_seal_store_keys(DbTransaction *transaction, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The checkpoint of @broker (transfer full) in @ret_checkpoint; NULL when nothing was trimmed. */
gboolean audit_seal_store_checkpoint(DbTransaction *transaction, const char *broker,
                                     AuditCheckpoint **ret_checkpoint,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Enters @checkpoint and removes the seals and rows that it stands for. */
gboolean audit_seal_store_trim(DbTransaction *transaction, const AuditCheckpoint *checkpoint,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
