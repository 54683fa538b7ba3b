/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One connection of one engine: what broker/db asks of SQLite and of PostgreSQL alike. Only broker/db
 * includes it. A connection is used by one thread at a time; the one of the writer lets one write at a time,
 * in every broker of the database.
 */
#pragma once

#include <glib.h>

typedef struct Connection Connection;
typedef struct Statement Statement;

typedef struct ConnectionMethods ConnectionMethods;

/** First member of an engine's connection. */
struct Connection {
  const ConnectionMethods *methods;
};

/** First member of an engine's statement. */
struct Statement {
  Connection *connection;
};

/** The most values of a statement. */
#define CONNECTION_VALUES_MAX 100

/** A value of a statement. */
typedef struct {
  gboolean is_text;
  gboolean is_null;
  const char *text;
  gint64 number;
} ConnectionValue;

/** Values of a statement (borrowed). */
typedef struct {
  const ConnectionValue *values;
  guint count;
} ConnectionValues;

/** Begins a transaction: of a reader one consistent view, of the writer the right to write. */
gboolean connection_begin(Connection *connection, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Makes the transaction durable. It may still be there when this fails. */
gboolean connection_commit(Connection *connection, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Undoes the transaction, where there is one. */
void connection_rollback(Connection *connection);

/** Whether the transaction that was begun still lives: a full disk or a lost connection undoes all of it. */
gboolean connection_in_transaction(Connection *connection);

/** Begins a part of the transaction that can be undone alone; one at a time. */
gboolean connection_begin_part(Connection *connection, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Ends the part; what it did stays or falls with the transaction. */
gboolean connection_accept_part(Connection *connection, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Undoes the part and ends it. */
void connection_undo_part(Connection *connection);

/** Runs @sql with @values; @ret_changed (nullable): how many rows it changed. @later: it may be there only
 * after connection_settle(). */
gboolean connection_run(Connection *connection, const char *sql, const ConnectionValues *values,
                        gboolean later, gint64 *ret_changed, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Runs @sql with @values for its rows (transfer full); @later: at the first step at the latest. */
Statement *connection_query(Connection *connection, const char *sql, const ConnectionValues *values,
                            gboolean later, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Waits for all that was to be run later. */
gboolean connection_settle(Connection *connection, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Moves @statement on; @ret_row tells whether a row is there now. */
gboolean connection_step(Statement *statement, gboolean *ret_row, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The text in @column of the current row (transfer none). */
const char *connection_text(Statement *statement, int column);

/** The number in @column of the current row. */
gint64 connection_int(Statement *statement, int column);

/** Gives @statement (nullable) back. */
void connection_release(Statement *statement);

/** Has the engine tell @payload on @channel once the transaction is durable; not of engines without the
 * method. */
gboolean connection_notify(Connection *connection, const char *channel, const char *payload,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Lifts the limits of time for the rest of the transaction. */
gboolean connection_be_patient(Connection *connection, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Closes @connection (nullable). */
void connection_close(Connection *connection);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Connection, connection_close)
