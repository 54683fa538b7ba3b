/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connections to a PostgreSQL server. The writer's transactions begin with an advisory lock, so that one
 * writes at a time over all brokers of the database; readers see one snapshot. A connection that was lost is
 * made anew by the next transaction.
 */
#pragma once

#include "broker/db/connection.h"
#include "broker/db/postgres_server.h"

/** All notices of a database go over this channel of PostgreSQL, as "CHANNEL PAYLOAD". */
#define POSTGRES_CHANNEL "caraway"

/** Connects to @server (borrowed); @read_only connections never write. */
Connection *postgres_connection_open(PostgresServer *server, gboolean read_only,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
