/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a pool may be: the bounds of each setting, the defaults of those that are left out, and which of them
 * go together (pool_combination). Whether images, hosts and time zones exist is for the services to know.
 */
#pragma once

#include "broker/model/pool_request.h"

/** The bounds of what several places say. */
#define POOL_SIZE_MAX          10000
#define POOL_TAGS_MAX          16
#define POOL_HOSTS_MAX         64
#define POOL_SECONDS_MAX       (7 * 24 * 3600)
#define POOL_LIMIT_MIN_S       60
#define POOL_WARNING_MAX_S     3600
#define POOL_WARNING_DEFAULT_S 60
#define POOL_DISK_MIN_MIB      64
#define POOL_DISK_MAX_MIB      (16 * 1024 * 1024)
#define POOL_DESKTOPS_USER_MAX 8

/** A pool of @settings, without id. Fails with CARAWAY_ERROR_INVALID, which names the setting. */
Pool *pool_settings_new_pool(const PoolSettings *settings, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Changes @pool by @settings, whose name and kind must be left out or the pool's. CARAWAY_ERROR_INVALID as
 * above; @pool may then be changed in part. */
gboolean pool_settings_apply(Pool *pool, const PoolSettings *settings,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
