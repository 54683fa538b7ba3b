/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What checking the audit log finds, and the use case that checks it: a bounded part at a time.
 */
#pragma once

#include "broker/service/services.h"
#include "common/wire/audit_verifier.h"

/** What was seen of one chain in this part. */
typedef struct {
  char *broker;
  AuditProgress progress; /**< its hash is NULL */
  char *hash;             /**< of its newest seal in this part */
  gint64 trimmed_rows;    /**< removed by retention, of the whole chain */
  gint64 trimmed_us;
} AuditChainReport;

typedef struct {
  GPtrArray *chains; /**< of AuditChainReport */
  GPtrArray *keys;   /**< of AuditKey */
  AuditBreak broken; /**< reason NULL: nothing is wrong so far */
  char *next;        /**< (nullable) where the next part begins */
} AuditReport;

/** Checks a part of the log, from @cursor (nullable: the beginning) on. Returns what was found (transfer
 * full). */
AuditReport *audit_verification_run(Services *services, const char *cursor,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Frees @report (nullable). */
void audit_report_free(AuditReport *report);

/** Frees @chain (nullable). */
void audit_chain_report_free(AuditChainReport *chain);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(AuditReport, audit_report_free)
