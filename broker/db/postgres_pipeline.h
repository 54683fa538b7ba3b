/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Statements on their way to a PostgreSQL server and their results back, by libpq's pipeline mode: commands
 * are gathered and sent with one synchronisation, so that a whole flight of them costs one round trip. After
 * a command that failed the server skips the rest of its flight. Owns the connection's handle and its
 * prepared statements; knows nothing of transactions.
 */
#pragma once

#include "broker/db/connection.h"
#include "broker/db/postgres_server.h"

typedef struct PostgresPipeline PostgresPipeline;

/** A pipeline to @server (borrowed), not connected yet. */
PostgresPipeline *postgres_pipeline_new(PostgresServer *server);

/** Connects where it is not connected, and waits for what was sent without waiting. @ret_is_new (nullable):
 * whether it was connected now. */
gboolean postgres_pipeline_connect(PostgresPipeline *pipeline, gboolean *ret_is_new,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Whether it is connected, as far as is known. */
gboolean postgres_pipeline_is_connected(PostgresPipeline *pipeline);

/** Lets one answer take @limit_ms; 0: as long as it needs. It is POSTGRES_ANSWER_LIMIT_MS at first. */
void postgres_pipeline_set_limit(PostgresPipeline *pipeline, guint limit_ms);

/** Adds @command, a text without values that is not worth preparing, to the flight. */
void postgres_pipeline_add_plain(PostgresPipeline *pipeline, const char *command);

/** Adds the portable statement @sql with @values. When the flight has landed, @changed (nullable) is how many
 * rows it changed and @result (nullable) what it gave (transfer full, PQclear()). */
void postgres_pipeline_add(PostgresPipeline *pipeline, const char *sql, const ConnectionValues *values,
                           gint64 *changed, PGresult **result);

/** Nobody waits for @result any more. */
void postgres_pipeline_forget(PostgresPipeline *pipeline, PGresult **result);

/** How many commands were added since the last flight. */
guint postgres_pipeline_length(PostgresPipeline *pipeline);

/** Sends the flight and waits for its results; the last one, unless it is waited for, goes to @ret_last
 * (nullable; transfer full, PQclear()). FALSE with the first error; a connection that was lost is closed
 * then. */
gboolean postgres_pipeline_fly(PostgresPipeline *pipeline, PGresult **ret_last,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Sends the flight without waiting; what it answers does not matter. */
void postgres_pipeline_send(PostgresPipeline *pipeline);

/** Closes and frees @pipeline (nullable). */
void postgres_pipeline_free(PostgresPipeline *pipeline);
