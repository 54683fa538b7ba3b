/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading the audit log, and writing the rows that stand for themselves: what a layer above refused.
 * Everything else is written in the transaction that it records.
 */
#pragma once

#include "broker/model/caller.h"
#include "broker/model/page.h"
#include "broker/service/services.h"
#include "common/wire/audit_entry.h"

/** Rows that @filter asks for, newest first: an array of AuditEntry (transfer full); @ret_next is the next
 * page's cursor or NULL. A page may hold fewer than asked for, even none, and have a next one. */
GPtrArray *audit_log_find(Services *services, const AuditFilter *filter, const Page *page, char **ret_next,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The same of all rows; @ret_next is nullable. */
GPtrArray *audit_log_list(Services *services, const Page *page, char **ret_next,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Records that @caller (nullable) was refused @action on @object with @refusal; many that
 * are alike become one row. A failure to write is logged. */
void audit_log_refusal(Services *services, const Caller *caller, const char *action, const char *object,
                       const char *address, const GError *refusal);

/** The same of @actor, who is no caller: a machine, "role/NAME". */
void audit_log_refusal_of(Services *services, const char *actor, const char *action, const char *object,
                          const char *address, const GError *refusal);

/** Writes the counts of refusals that were alike (refusal_window.h), once their minute is over or @all. */
void audit_log_write_counted(Services *services, gboolean all);

/** Records what the broker itself did, beside any use case: @action on @kind/@name; @detail: a sentence. */
gboolean audit_log_event(Services *services, const char *action, const char *kind, const char *name,
                         const char *detail, GError **error) G_GNUC_WARN_UNUSED_RESULT;
