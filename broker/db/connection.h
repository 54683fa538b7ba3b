/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One connection of one engine; here SQLite. Only broker/db includes it. A connection is used by one thread
 * at a time.
 */
#pragma once

#include <glib.h>
#include <stdarg.h>

typedef struct Connection Connection;
typedef struct Statement Statement;

/** Opens @path; @read_only connections never write. */
Connection *connection_open(const char *path, gboolean read_only, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Begins a transaction: of a reader one consistent view, of the writer the right to write. */
gboolean connection_begin(Connection *connection, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Makes the transaction durable. It may still be there when this fails. */
gboolean connection_commit(Connection *connection, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Undoes the transaction, where there is one. */
void connection_rollback(Connection *connection);

/** Whether the transaction that was begun still lives: a full or broken disk undoes all of it at once. */
gboolean connection_in_transaction(Connection *connection);

/** Begins a part of the transaction that can be undone alone; one at a time. */
gboolean connection_begin_part(Connection *connection, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Ends the part; what it did stays or falls with the transaction. */
gboolean connection_accept_part(Connection *connection, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Undoes the part and ends it. */
void connection_undo_part(Connection *connection);

/** Prepares @sql, or takes it from what was prepared before, and binds @values as db_run() describes. */
Statement *connection_bind(Connection *connection, const char *sql, const char *types, va_list values,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Moves @statement on; @ret_row tells whether a row is there now. */
gboolean connection_step(Statement *statement, gboolean *ret_row, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** How many rows the last statement changed. */
gint64 connection_changes(Connection *connection);

/** The text in @column of the current row (transfer none). */
const char *connection_text(Statement *statement, int column);

/** The number in @column of the current row. */
gint64 connection_int(Statement *statement, int column);

/** Gives @statement (nullable) back for its next use. */
void connection_release(Statement *statement);

/** Closes @connection (nullable). */
void connection_close(Connection *connection);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Connection, connection_close)
