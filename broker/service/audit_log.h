/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading the audit log, and writing the rows that stand for themselves: what a layer above refused.
 * Everything else is written in the transaction that it records.
 */
#pragma once

#include "broker/model/audit_entry.h"
#include "broker/model/caller.h"
#include "broker/model/page.h"
#include "broker/service/services.h"

/** Rows, newest first: an array of AuditEntry (transfer full); @ret_next is the next page's cursor or NULL.
 */
GPtrArray *audit_log_list(Services *services, const Page *page, char **ret_next,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Records that @caller (nullable) was refused @action on @object with @refusal. A failure to write is
 * logged. */
void audit_log_refusal(Services *services, const Caller *caller, const char *action, const char *object,
                       const char *address, const GError *refusal);
