/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a user may use a pool, and why.
 */
#pragma once

#include <glib.h>

typedef struct {
  const char *user;
  const char *pool;
  gboolean disabled;       /**< the account */
  gboolean entitled;       /**< itself */
  gboolean group_entitled; /**< one of its groups */
} EntitlementFacts;

/** Whether @facts allow it. @ret_reason (transfer full): the sentence that says why or why not. */
gboolean entitlement_decision_allows(const EntitlementFacts *facts, char **ret_reason);
