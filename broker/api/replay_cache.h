/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers to POSTs that create something, kept for a while by Idempotency-Key, so that a client whose answer
 * was lost may ask again. In memory: a broker that restarted meanwhile answers such a repetition with a
 * conflict of names at worst. (Connecting has a durable key of its own, in the service.) Safe from any
 * thread.
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
