/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/policy/take_over.h"

#include "common/base/error.h"

gboolean
take_over_is_elsewhere(const Session *session, const char *device)
{
  return session->state == SESSION_CONNECTED && *session->device != '\0' &&
         !g_str_equal(session->device, device);
}

static const char *
sentence(PoolTakeOver rule)
{
  return rule == POOL_TAKE_OVER_REFUSE
             ? "This desktop is open on another device; disconnect it there first."
             : "This desktop is open on another device; take it over to go on here.";
}

gboolean
take_over_check(PoolTakeOver rule, const Session *session, gboolean asked, GError **error)
{
  if (rule == POOL_TAKE_OVER_TAKE || (rule == POOL_TAKE_OVER_ASK && asked))
    return TRUE;
  GError *refusal = g_error_new_literal(CARAWAY_ERROR,
                                        rule == POOL_TAKE_OVER_REFUSE ? CARAWAY_ERROR_NO_TAKE_OVER
                                                                      : CARAWAY_ERROR_IN_USE_ELSEWHERE,
                                        sentence(rule));
  g_autofree char *reason =
      g_strdup_printf("It is open on the device at %s.",
                      session->connected_from != NULL ? session->connected_from : "an unknown address");
  const char *rule_says = rule == POOL_TAKE_OVER_REFUSE ? "This pool lets no second device take over." : NULL;
  error_set_reasons(refusal, (const char *const[]){reason, rule_says, NULL});
  g_propagate_error(error, refusal);
  return FALSE;
}
