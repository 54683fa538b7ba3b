/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/policy/sign_in_limits.h"

static const SignInLimit *
limit_of(const SignInLimits *limits, gboolean administrator)
{
  return administrator ? &limits->administrator : &limits->user;
}

gint64
sign_in_limits_end_us(const SignInLimits *limits, gboolean administrator, gint64 created_us,
                      gint64 expires_us)
{
  return MIN(expires_us, created_us + limit_of(limits, administrator)->lifetime_us);
}

gboolean
sign_in_limits_hold(const SignInLimits *limits, gboolean administrator, gint64 used_us, gint64 end_us,
                    gint64 now_us)
{
  return now_us < end_us && now_us - used_us < limit_of(limits, administrator)->idle_us;
}

gint64
sign_in_limits_longest_idle_us(const SignInLimits *limits)
{
  return MAX(limits->user.idle_us, limits->administrator.idle_us);
}
