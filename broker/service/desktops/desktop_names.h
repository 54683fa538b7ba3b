/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names for the desktops of a pool by its pattern: each unique among all desktops, low numbers first.
 */
#pragma once

#include "broker/model/pool.h"
#include "broker/service/work.h"

/** A name for a new desktop of @pool (transfer full). */
char *desktop_names_take(Work *work, const Pool *pool, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The name for the successor of the desktop @name of @pool, which is gone: the same, unless the pattern
 * changed since or somebody has it (transfer full). */
char *desktop_names_take_again(Work *work, const Pool *pool, const char *name,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The desktop @name of @pool_id is gone: its number may be used again. */
gboolean desktop_names_give_back(Work *work, const char *pool_id, const char *name,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
