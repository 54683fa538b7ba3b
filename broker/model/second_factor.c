/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/model/second_factor.h"

FactorStanding
factor_standing(const User *user, gint64 factor_us)
{
  if (factor_us > 0)
    return FACTOR_STANDING_PROVEN;
  if (user->second_factor)
    return FACTOR_STANDING_CODE;
  return user->second_factor_required ? FACTOR_STANDING_ENROLMENT : FACTOR_STANDING_NONE;
}

const char *
factor_standing_name(FactorStanding standing)
{
  static const char *const NAMES[] = {
      [FACTOR_STANDING_NONE] = "none",
      [FACTOR_STANDING_PROVEN] = "proven",
      [FACTOR_STANDING_CODE] = "code-required",
      [FACTOR_STANDING_ENROLMENT] = "enrolment-required",
  };
  return NAMES[standing];
}

gboolean
factor_standing_is_pending(FactorStanding standing)
{
  return standing == FACTOR_STANDING_CODE || standing == FACTOR_STANDING_ENROLMENT;
}

void
second_factor_free(SecondFactor *factor)
{
  if (factor == NULL)
    return;
  g_free(factor->sealed);
  g_free(factor->draft);
  g_free(factor);
}
