/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the pool keeper remembers between its turns: how often the desktops of a pool failed lately, so that
 * it does not make them in a tight loop, and why a pool has not what it wants.
 */
#pragma once

#include <glib.h>

typedef struct KeeperMemory KeeperMemory;

/** An empty memory. */
KeeperMemory *keeper_memory_new(void);

/** A desktop of @pool_id could not be made at @now_us (steady time), for @reason (a sentence). */
void keeper_memory_failed(KeeperMemory *memory, const char *pool_id, const char *reason, gint64 now_us);

/** A desktop of @pool_id became ready: the count of failures starts again. */
void keeper_memory_succeeded(KeeperMemory *memory, const char *pool_id);

/** Whether a desktop of @pool_id may be made at @now_us. */
gboolean keeper_memory_may_try(KeeperMemory *memory, const char *pool_id, gint64 now_us);

/** Sets why there is no place for more desktops of @pool_id (nullable: there is). Returns whether there was a
 * reason before. */
gboolean keeper_memory_set_obstacles(KeeperMemory *memory, const char *pool_id, const char *const *obstacles);

/** Whether there is such a reason. */
gboolean keeper_memory_has_obstacles(KeeperMemory *memory, const char *pool_id);

/** All that is known to be wrong with @pool_id, as sentences (transfer full); empty when nothing is. */
GStrv keeper_memory_problems(KeeperMemory *memory, const char *pool_id);

/** Forgets @pool_id. */
void keeper_memory_forget(KeeperMemory *memory, const char *pool_id);

/** Frees @memory (nullable). */
void keeper_memory_free(KeeperMemory *memory);
