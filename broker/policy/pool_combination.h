/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which settings of a pool make sense together.
 */
#pragma once

#include "broker/model/pool_request.h"

/** Whether @settings ask nothing of a pool of @kind that such a pool does not have; CARAWAY_ERROR_INVALID. */
gboolean pool_combination_check_asked(PoolKind kind, const PoolSettings *settings,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Whether the members of @pool go together; CARAWAY_ERROR_INVALID with a sentence that names two. */
gboolean pool_combination_check(const Pool *pool, GError **error) G_GNUC_WARN_UNUSED_RESULT;
