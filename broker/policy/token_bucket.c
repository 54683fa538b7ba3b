/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/policy/token_bucket.h"

gint64
token_bucket_wait_us(const TokenBucket *bucket, const TokenRate *rate, gint64 now_us)
{
  gint64 allowance_us = ((gint64)rate->burst - 1) * rate->interval_us;
  return MAX(bucket->free_us - allowance_us - now_us, 0);
}

TokenBucket
token_bucket_take(const TokenBucket *bucket, const TokenRate *rate, gint64 now_us)
{
  return (TokenBucket){.free_us = MAX(bucket->free_us, now_us) + rate->interval_us};
}

gboolean
token_bucket_is_full(const TokenBucket *bucket, gint64 now_us)
{
  return bucket->free_us <= now_us;
}
