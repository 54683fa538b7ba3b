/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/policy/entitlement_decision.h"

gboolean
entitlement_decision_allows(const EntitlementFacts *facts, char **ret_reason)
{
  if (facts->disabled)
    *ret_reason = g_strdup_printf("The account %s is disabled.", facts->user);
  else if (facts->entitled)
    *ret_reason = g_strdup_printf("%s is entitled to %s.", facts->user, facts->pool);
  else if (facts->group_entitled)
    *ret_reason = g_strdup_printf("A group of %s is entitled to %s.", facts->user, facts->pool);
  else
    *ret_reason =
        g_strdup_printf("Neither %s nor a group of theirs is entitled to %s.", facts->user, facts->pool);
  return !facts->disabled && (facts->entitled || facts->group_entitled);
}
