/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The narrow driver under the stores: transactions, bound statements, rows. One connection writes, a few
 * read, and any thread may begin a transaction. What is specific to an engine stays in its connection file;
 * the statements are portable SQL with ? for each bound value. Owns no schema.
 *
 * Errors are of CARAWAY_ERROR: NO_SPACE, CONFLICT (a constraint said no), DATABASE.
 */
#pragma once

#include <glib.h>

typedef struct Db Db;
typedef struct DbTransaction DbTransaction;
typedef struct DbQuery DbQuery;

typedef enum {
  DB_READ,  /**< one consistent view; several at once */
  DB_WRITE, /**< one at a time; durable once db_commit() returned TRUE */
} DbMode;

/**
 * Opens the database file @path, making it with mode 0600, for @readers readers beside the writer. A file
 * that another process has open fails with CARAWAY_ERROR_CONFLICT: the embedded database serves one broker.
 */
Db *db_open(const char *path, guint readers, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Closes @db (nullable); no transaction may be open. */
void db_close(Db *db);

/** Begins a transaction (transfer full), waiting for its turn. A thread holds at most one. */
DbTransaction *db_begin(Db *db, DbMode mode, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Makes what @transaction did durable. FALSE: nothing of it happened. */
gboolean db_commit(DbTransaction *transaction, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Ends @transaction (nullable), undoing it when it was not committed. */
void db_transaction_free(DbTransaction *transaction);

/**
 * Runs the statement @sql, a static text, with one value for each letter of @types: s a text (nullable:
 * NULL), l a gint64, i an int. Returns how many rows it changed, -1 on failure.
 */
gint64 db_run(DbTransaction *transaction, GError **error, const char *sql, const char *types,
              ...) G_GNUC_WARN_UNUSED_RESULT;

/** Begins reading the rows of @sql; arguments as of db_run(). Returns it (transfer full), NULL on failure. */
DbQuery *db_query(DbTransaction *transaction, GError **error, const char *sql, const char *types,
                  ...) G_GNUC_WARN_UNUSED_RESULT;

/** Moves to the next row; @ret_row tells whether there was one. */
gboolean db_next(DbQuery *query, gboolean *ret_row, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The text in @column, from 0, of the current row: valid till the next call (transfer none); NULL for NULL.
 */
const char *db_text(DbQuery *query, int column);

/** The number in @column of the current row; 0 for NULL. */
gint64 db_int(DbQuery *query, int column);

/** Ends @query (nullable). */
void db_query_free(DbQuery *query);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Db, db_close)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DbTransaction, db_transaction_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DbQuery, db_query_free)
