/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/model/pool.h"

#include "broker/model/name_table.h"

static const char *const kinds[POOL_KINDS] = {"floating", "dedicated", "manual"};
static const char *const disconnects[POOL_DISCONNECTS] = {"keep", "lock", "logoff", "shutdown"};
static const char *const logoffs[POOL_LOGOFFS] = {"reclone", "keep", "stop"};
static const char *const take_overs[POOL_TAKE_OVERS] = {"refuse", "ask", "take"};
static const char *const placements[POOL_PLACEMENTS] = {"spread", "pack"};

const char *
pool_kind_name(PoolKind kind)
{
  return name_table_name(kinds, POOL_KINDS, (int)kind);
}

int
pool_kind_value(const char *name)
{
  return name_table_value(kinds, POOL_KINDS, name);
}

const char *
pool_disconnect_name(PoolDisconnect action)
{
  return name_table_name(disconnects, POOL_DISCONNECTS, (int)action);
}

int
pool_disconnect_value(const char *name)
{
  return name_table_value(disconnects, POOL_DISCONNECTS, name);
}

const char *
pool_logoff_name(PoolLogoff action)
{
  return name_table_name(logoffs, POOL_LOGOFFS, (int)action);
}

int
pool_logoff_value(const char *name)
{
  return name_table_value(logoffs, POOL_LOGOFFS, name);
}

const char *
pool_take_over_name(PoolTakeOver rule)
{
  return name_table_name(take_overs, POOL_TAKE_OVERS, (int)rule);
}

int
pool_take_over_value(const char *name)
{
  return name_table_value(take_overs, POOL_TAKE_OVERS, name);
}

const char *
pool_placement_name(PoolPlacement placement)
{
  return name_table_name(placements, POOL_PLACEMENTS, (int)placement);
}

int
pool_placement_value(const char *name)
{
  return name_table_value(placements, POOL_PLACEMENTS, name);
}

Pool *
pool_copy(const Pool *pool)
{
  Pool *copy = g_memdup2(pool, sizeof *pool);
  copy->id = g_strdup(pool->id);
  copy->name = g_strdup(pool->name);
  copy->description = g_strdup(pool->description);
  copy->tags = g_strdupv(pool->tags);
  copy->image = g_strdup(pool->image);
  copy->naming = g_strdup(pool->naming);
  copy->network = g_strdup(pool->network);
  copy->account = g_strdup(pool->account);
  copy->channels = g_strdupv(pool->channels);
  copy->hosts = g_strdupv(pool->hosts);
  copy->schedule = pool_schedule_copy(pool->schedule);
  return copy;
}

gint64
pool_warning_us(guint limit_s, guint warning_s)
{
  gint64 limit_us = limit_s * (gint64)G_USEC_PER_SEC, warning_us = warning_s * (gint64)G_USEC_PER_SEC;
  return MIN(warning_us, limit_us / 2);
}

void
pool_free(Pool *pool)
{
  if (pool == NULL)
    return;
  g_free(pool->id);
  g_free(pool->name);
  g_free(pool->description);
  g_strfreev(pool->tags);
  g_free(pool->image);
  g_free(pool->naming);
  g_free(pool->network);
  g_free(pool->account);
  g_strfreev(pool->channels);
  g_strfreev(pool->hosts);
  pool_schedule_free(pool->schedule);
  g_free(pool);
}
