/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/policy/backoff.h"

gint64
backoff_wait_us(guint failures, gint64 limit_us)
{
  if (failures == 0)
    return 0;
  guint doublings = MIN(failures - 1, 30);
  return MIN((gint64)G_USEC_PER_SEC << doublings, limit_us);
}
