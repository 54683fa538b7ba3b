/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/policy/token_bucket.h"

static const TokenRate RATE = {3, 10};

static void
test_burst_then_rate(void)
{
  TokenBucket bucket = {0};
  gint64 now_us = 1000;
  for (guint i = 0; i < RATE.burst; i++) {
    g_assert_cmpint(token_bucket_wait_us(&bucket, &RATE, now_us), ==, 0);
    bucket = token_bucket_take(&bucket, &RATE, now_us);
  }
  g_assert_cmpint(token_bucket_wait_us(&bucket, &RATE, now_us), ==, RATE.interval_us);
  now_us += RATE.interval_us;
  g_assert_cmpint(token_bucket_wait_us(&bucket, &RATE, now_us), ==, 0);
  bucket = token_bucket_take(&bucket, &RATE, now_us);
  g_assert_cmpint(token_bucket_wait_us(&bucket, &RATE, now_us), ==, RATE.interval_us);
}

static void
test_rest_fills(void)
{
  TokenBucket bucket = {0};
  g_assert_true(token_bucket_is_full(&bucket, 1));
  bucket = token_bucket_take(&bucket, &RATE, 1000);
  bucket = token_bucket_take(&bucket, &RATE, 1000);
  g_assert_false(token_bucket_is_full(&bucket, 1019));
  g_assert_true(token_bucket_is_full(&bucket, 1020));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/token-bucket/burst-then-rate", test_burst_then_rate);
  g_test_add_func("/token-bucket/rest-fills", test_rest_fills);
  return g_test_run();
}
