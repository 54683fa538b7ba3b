/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/model/pool.h"

Pool *
pool_copy(const Pool *pool)
{
  Pool *copy = g_memdup2(pool, sizeof *pool);
  copy->id = g_strdup(pool->id);
  copy->name = g_strdup(pool->name);
  copy->description = g_strdup(pool->description);
  copy->image = g_strdup(pool->image);
  copy->account = g_strdup(pool->account);
  copy->channels = g_strdupv(pool->channels);
  return copy;
}

void
pool_free(Pool *pool)
{
  if (pool == NULL)
    return;
  g_free(pool->id);
  g_free(pool->name);
  g_free(pool->description);
  g_free(pool->image);
  g_free(pool->account);
  g_strfreev(pool->channels);
  g_free(pool);
}
