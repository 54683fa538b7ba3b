/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/pools/keeper_memory.h"

#include "broker/policy/backoff.h"

#define WAIT_LIMIT_US (60 * (gint64)G_USEC_PER_SEC)

typedef struct {
  guint failures;
  gint64 not_before_us;
  char *failure;   /* nullable */
  GStrv obstacles; /* nullable */
} PoolMemory;

struct KeeperMemory {
  GMutex mutex;
  GHashTable *pools; /* id → PoolMemory */
};

static void
pool_memory_free(gpointer data)
{
  PoolMemory *pool = data;
  g_free(pool->failure);
  g_strfreev(pool->obstacles);
  g_free(pool);
}

KeeperMemory *
keeper_memory_new(void)
{
  KeeperMemory *memory = g_new0(KeeperMemory, 1);
  g_mutex_init(&memory->mutex);
  memory->pools = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, pool_memory_free);
  return memory;
}

static PoolMemory *
of_pool(KeeperMemory *memory, const char *pool_id)
{
  PoolMemory *pool = g_hash_table_lookup(memory->pools, pool_id);
  if (pool == NULL) {
    pool = g_new0(PoolMemory, 1);
    g_hash_table_insert(memory->pools, g_strdup(pool_id), pool);
  }
  return pool;
}

void
keeper_memory_failed(KeeperMemory *memory, const char *pool_id, const char *reason, gint64 now_us)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&memory->mutex);
  PoolMemory *pool = of_pool(memory, pool_id);
  pool->failures++;
  pool->not_before_us = now_us + backoff_wait_us(pool->failures, WAIT_LIMIT_US);
  g_free(pool->failure);
  pool->failure = g_strdup(reason);
}

void
keeper_memory_succeeded(KeeperMemory *memory, const char *pool_id)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&memory->mutex);
  PoolMemory *pool = of_pool(memory, pool_id);
  pool->failures = 0;
  pool->not_before_us = 0;
  g_clear_pointer(&pool->failure, g_free);
}

gboolean
keeper_memory_may_try(KeeperMemory *memory, const char *pool_id, gint64 now_us)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&memory->mutex);
  return now_us >= of_pool(memory, pool_id)->not_before_us;
}

gboolean
keeper_memory_set_obstacles(KeeperMemory *memory, const char *pool_id, const char *const *obstacles)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&memory->mutex);
  PoolMemory *pool = of_pool(memory, pool_id);
  gboolean had = pool->obstacles != NULL;
  g_strfreev(pool->obstacles);
  pool->obstacles = g_strdupv((GStrv)obstacles);
  return had;
}

gboolean
keeper_memory_has_obstacles(KeeperMemory *memory, const char *pool_id)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&memory->mutex);
  return of_pool(memory, pool_id)->obstacles != NULL;
}

GStrv
keeper_memory_problems(KeeperMemory *memory, const char *pool_id)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&memory->mutex);
  g_autoptr(GStrvBuilder) problems = g_strv_builder_new();
  const PoolMemory *pool = of_pool(memory, pool_id);
  if (pool->failure != NULL)
    g_strv_builder_add(problems, pool->failure);
  for (guint i = 0; pool->obstacles != NULL && pool->obstacles[i] != NULL; i++)
    g_strv_builder_add(problems, pool->obstacles[i]);
  return g_strv_builder_end(problems);
}

void
keeper_memory_forget(KeeperMemory *memory, const char *pool_id)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&memory->mutex);
  g_hash_table_remove(memory->pools, pool_id);
}

void
keeper_memory_free(KeeperMemory *memory)
{
  if (memory == NULL)
    return;
  g_hash_table_unref(memory->pools);
  g_mutex_clear(&memory->mutex);
  g_free(memory);
}
