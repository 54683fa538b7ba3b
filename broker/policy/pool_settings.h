/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a pool may be: the bounds of each setting, and the defaults of those that are left out.
 */
#pragma once

#include "broker/model/pool.h"

/** A pool of @settings, without id. Fails with CARAWAY_ERROR_INVALID, which names the setting. */
Pool *pool_settings_new_pool(const PoolSettings *settings, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Changes @pool by @settings, whose name must be left out or the pool's. CARAWAY_ERROR_INVALID as above;
 * @pool may then be changed in part. */
gboolean pool_settings_apply(Pool *pool, const PoolSettings *settings,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
