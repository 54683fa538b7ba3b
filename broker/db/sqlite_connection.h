/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connections to an SQLite file, and the lock that keeps other brokers away from it: the embedded database
 * serves one.
 */
#pragma once

#include "broker/db/connection.h"

/** Opens the file @path; @read_only connections never write. */
Connection *sqlite_connection_open(const char *path, gboolean read_only,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Makes @path with mode 0600 where it is missing, and takes the lock beside it: returns its descriptor, -1
 * on failure (CARAWAY_ERROR_CONFLICT: another broker has it). */
int sqlite_connection_lock(const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
