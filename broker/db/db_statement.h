/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Statements in a transaction of db.h, and their rows. Portable SQL, with ? for each bound value; what
 * PostgreSQL wants otherwise is done below. Booleans are 0 and 1 on every engine.
 */
#pragma once

#include <glib.h>

typedef struct DbTransaction DbTransaction;
typedef struct DbQuery DbQuery;

typedef enum {
  DB_SQLITE,   /**< a file, of one broker */
  DB_POSTGRES, /**< a server, of several */
} DbEngine;

/** The engine under @transaction, for the few statements of broker/store that differ. */
DbEngine db_transaction_engine(DbTransaction *transaction);

/** Who writes, by db_set_writer(); "(none)" when nobody said so (transfer none). */
const char *db_transaction_writer(DbTransaction *transaction);

/**
 * Runs the statement @sql, a static text, with one value for each letter of @types: s a text (nullable:
 * NULL), l a gint64, i an int. Returns how many rows it changed, -1 on failure.
 */
gint64 db_run(DbTransaction *transaction, GError **error, const char *sql, const char *types,
              ...) G_GNUC_WARN_UNUSED_RESULT;

/**
 * As db_run(), but does not wait for the result; on a server many such statements cost one round trip. Its
 * failure is that of a statement after it, of db_settle() or of db_commit(). @ret_changed (nullable) must
 * live until then: it is filled once a statement that waits, db_settle() or db_commit() has returned TRUE.
 */
gboolean db_run_later(DbTransaction *transaction, gint64 *ret_changed, GError **error, const char *sql,
                      const char *types, ...) G_GNUC_WARN_UNUSED_RESULT;

/** Waits for all statements that were to be run later. */
gboolean db_settle(DbTransaction *transaction, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** As db_query(), but does not wait: the first db_next() of any of several such queries does, for all of
 * them. It sees what was written before it, and is read before more is written. */
DbQuery *db_query_later(DbTransaction *transaction, GError **error, const char *sql, const char *types,
                        ...) G_GNUC_WARN_UNUSED_RESULT;

/** As db_run_later(), for statements that are put together: each value as a text in @texts (NULL: NULL). */
gboolean db_run_texts(DbTransaction *transaction, GError **error, const char *sql, const char *types,
                      const char *const *texts) G_GNUC_WARN_UNUSED_RESULT;

/** As db_query(), with values as of db_run_texts(). */
DbQuery *db_query_texts(DbTransaction *transaction, GError **error, const char *sql, const char *types,
                        const char *const *texts) G_GNUC_WARN_UNUSED_RESULT;

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

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DbQuery, db_query_free)
