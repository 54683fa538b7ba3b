/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/policy/grant_key_rotation.h"

/* Where no key counts there is nothing to overlap with: what was signed last is refused already. */
GrantKeyStep
grant_key_rotation_step(const GrantKeyFacts *facts)
{
  if (!facts->has_current)
    return facts->has_next ? GRANT_KEY_STEP_SWITCH : GRANT_KEY_STEP_MAKE;
  if (facts->has_next)
    return facts->next_known_us >= facts->overlap_us ? GRANT_KEY_STEP_SWITCH : GRANT_KEY_STEP_WAIT;
  gboolean is_old = facts->life_us > 0 && facts->signs_us >= facts->life_us;
  return is_old || facts->is_asked ? GRANT_KEY_STEP_MAKE : GRANT_KEY_STEP_WAIT;
}

gint64
grant_key_rotation_keep_us(gint64 overlap_us)
{
  return MAX(overlap_us, GRANT_KEY_GRANT_LIFE_US + GRANT_KEY_TOLERANCE_US);
}

GrantKeyState
grant_key_rotation_settle(GrantKeyState state, gboolean is_current, gboolean is_next, gboolean is_over)
{
  if (is_current && state == GRANT_KEY_NEXT)
    return GRANT_KEY_CURRENT;
  if (is_current || is_next)
    return state;
  if (state == GRANT_KEY_CURRENT)
    return GRANT_KEY_PREVIOUS;
  if (state == GRANT_KEY_NEXT) /* it has signed nothing, and nobody can sign with it any more */
    return GRANT_KEY_RETIRED;
  return state == GRANT_KEY_PREVIOUS && is_over ? GRANT_KEY_RETIRED : state;
}
