/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What brokers remember for a while and share by notices, so that it counts at all of them: what went wrong
 * with a pool, and sign-ins that failed. Each keeps it in its own memory by its own steady clock; a broker
 * that starts knows nothing yet.
 */
#pragma once

#include "broker/service/work.h"

#define SHARED_POOL_FAILED    "pool-failed"
#define SHARED_POOL_WORKS     "pool-works"
#define SHARED_POOL_OBSTACLE  "pool-obstacle"
#define SHARED_SIGN_IN_FAILED "sign-in-failed"
#define SHARED_SIGN_IN_DONE   "sign-in-done"

/** A desktop of @pool_id could not be made for @reason; others hear of it after the commit. */
void shared_memory_pool_failed(Work *work, const char *pool_id, const char *reason);

/** A desktop of @pool_id became ready. */
void shared_memory_pool_works(Work *work, const char *pool_id);

/** Why there is no place for more desktops of @pool_id (nullable: there is). */
void shared_memory_pool_obstacles(Work *work, const char *pool_id, const char *const *obstacles);

/** A sign-in of @account from @address failed. */
void shared_memory_sign_in_failed(Services *services, const char *account, const char *address);

/** A sign-in of @account from @address was taken. */
void shared_memory_sign_in_done(Services *services, const char *account, const char *address);

/** Takes what another broker told on @channel: TRUE when it was for here. Does not block. */
gboolean shared_memory_take(Services *services, const char *channel, const char *payload);
