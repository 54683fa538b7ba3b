/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The settings of a pool out of a request's body, strictly: a table says which members there are and of which
 * kind. What values are good is judged behind it.
 */
#pragma once

#include "broker/model/pool_request.h"

#include <json-glib/json-glib.h>

#define POOL_READING_LISTS 3

/** What was read; the settings borrow from it and from the body. */
typedef struct {
  PoolSettings settings;
  GPtrArray *lists[POOL_READING_LISTS];
  PoolSchedule *schedule;
} PoolReading;

/** The members that making a pool takes, or with !@creates changing one, as a list for request_body()
 * (transfer container). */
const char **pool_reading_members(gboolean creates);

/** Reads @body, whose members are among those; CARAWAY_ERROR_INVALID names the member. To be cleared in any
 * case. */
gboolean pool_reading_read(JsonObject *body, PoolReading *reading, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Frees what @reading holds. */
void pool_reading_clear(PoolReading *reading);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(PoolReading, pool_reading_clear)
