/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Schedules of pools as JSON: read from a request, shown in an answer.
 */
#pragma once

#include "broker/model/pool_schedule.h"

#include <json-glib/json-glib.h>

/** The schedule in @object (nullable after a failure, which stays in @error; transfer full).
 * CARAWAY_ERROR_INVALID names the rule. */
PoolSchedule *schedule_reading_read(JsonObject *object, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Adds @schedule (nullable: null) at the place of @builder. */
void schedule_reading_show(JsonBuilder *builder, const PoolSchedule *schedule);
