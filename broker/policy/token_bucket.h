/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How often something may be done: a few times at once, and on average no more than a rate.
 */
#pragma once

#include <glib.h>

typedef struct {
  guint burst;        /**< so many at once after a rest */
  gint64 interval_us; /**< one more each */
} TokenRate;

/** All zero: nothing was taken yet. */
typedef struct {
  gint64 free_us; /**< steady time from which on the bucket is full again */
} TokenBucket;

/** How long until one more may be taken at @now_us; 0: now. */
gint64 token_bucket_wait_us(const TokenBucket *bucket, const TokenRate *rate, gint64 now_us);

/** @bucket after one was taken at @now_us. */
TokenBucket token_bucket_take(const TokenBucket *bucket, const TokenRate *rate, gint64 now_us);

/** Whether @bucket is as if nothing had ever been taken. */
gboolean token_bucket_is_full(const TokenBucket *bucket, gint64 now_us);
