/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers to POSTs that create something, kept for a while by Idempotency-Key: what this broker answered
 * lately, and what it is working on. What has to outlive it is in the database (broker/api/creation.h looks
 * there next). Safe from any thread.
 */
#pragma once

#include "broker/api/answer.h"

typedef struct ReplayCache ReplayCache;

/** What is known about a key. */
typedef enum {
  REPLAY_NEW,  /**< nothing: the caller does the work, then calls replay_cache_finish() */
  REPLAY_DONE, /**< the answer is there */
  REPLAY_BUSY, /**< the same request is being worked on */
  REPLAY_OTHER /**< the key was used for a request with another body */
} Replay;

/** Keeps at most @limit answers, each for @lifetime_us. */
ReplayCache *replay_cache_new(guint limit, gint64 lifetime_us);

/** Looks for @key (which names the sign-in, the route and the client's key) of a request with @body
 * (nullable) at
 * @now_us of a steady clock. On REPLAY_DONE @ret_answer is a copy (transfer full). */
Replay replay_cache_begin(ReplayCache *cache, const char *key, GBytes *body, gint64 now_us,
                          Answer **ret_answer);

/** Ends the work on @key: a success is kept, after a failure the key is free again. */
void replay_cache_finish(ReplayCache *cache, const char *key, const Answer *answer);

/** Frees @cache (nullable). */
void replay_cache_free(ReplayCache *cache);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ReplayCache, replay_cache_free)
