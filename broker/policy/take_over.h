/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a second device of the same user gets a console that the first has open: the pool's rule.
 */
#pragma once

#include "broker/model/session.h"

/** Whether the console of @session is open on another device than @device. */
gboolean take_over_is_elsewhere(const Session *session, const char *device);

/** Whether @rule lets another device have @session, whose user @asked to take it over or did not: else
 * CARAWAY_ERROR_IN_USE_ELSEWHERE with the reasons. */
gboolean take_over_check(PoolTakeOver rule, const Session *session, gboolean asked,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
