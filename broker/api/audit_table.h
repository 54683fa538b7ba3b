/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each changing route leaves in the audit log. A route without a row here fails a test; what is refused
 * at a row's route is recorded under the row's first action, unless the use case does that itself.
 */
#pragma once

#include "broker/api/route.h"

typedef struct {
  const char *method;
  const char *pattern; /**< of the route; ends the table when NULL */
  const char *actions; /**< words of the audit log, parted by blanks */
  gboolean is_told;    /**< the use case records its refusals itself */
} AuditRow;

/** The table (static). */
const AuditRow *audit_table(void);

/** Records that @request was refused with @refusal, when it is one that the audit log is for. */
void audit_table_refused(const ApiContext *context, const Request *request, const GError *refusal);

/** Records that a machine, or who is none, was refused an internal route with @refusal. */
void audit_table_machine_refused(const ApiContext *context, const Request *request, const GError *refusal);
