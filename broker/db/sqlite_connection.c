/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/db/connection.h"

#include "common/base/error.h"
#include "common/base/log.h"

#include <sqlite3.h>

#define BUSY_LIMIT_MS 5000

struct Connection {
  sqlite3 *handle;
  GHashTable *statements; /* SQL → Statement that rests */
  gboolean read_only;
  gboolean begun; /* a transaction was begun and not ended by us */
  GError *lost;   /* nullable: why the engine undid it by itself */
};

struct Statement {
  Connection *connection;
  char *sql;
  sqlite3_stmt *handle;
};

/* WAL with synchronous=FULL: a commit that returned is on the disk (INVARIANTS I2). */
static const char setup_sql[] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
                                "PRAGMA trusted_schema=OFF; PRAGMA temp_store=MEMORY;";

static void
describe(Connection *connection, const char *doing, GError **error)
{
  int code = sqlite3_extended_errcode(connection->handle);
  const char *text = sqlite3_errmsg(connection->handle);
  switch (code & 0xff) {
  case SQLITE_FULL:
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NO_SPACE,
                "The disk that holds the database is full; free some space on it, nothing was changed.");
    break;
  case SQLITE_CONSTRAINT:
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT, "The database refused this change: %s.", text);
    break;
  case SQLITE_IOERR:
  case SQLITE_CANTOPEN:
  case SQLITE_READONLY:
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_DATABASE,
                "The database cannot be read or written (%s, code %d); look at its disk and its permissions, "
                "nothing was changed.",
                text, code);
    break;
  case SQLITE_BUSY:
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_DATABASE,
                "The database stayed locked by another program; close what has it open and try again.");
    break;
  default:
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_DATABASE, "The database failed to %s: %s (code %d).",
                doing, text, code);
  }
}

/* Full disks and I/O errors make SQLite undo the whole transaction; what follows must not run outside of one.
 */
static gboolean
set_error(Connection *connection, const char *doing, GError **error)
{
  g_autoptr(GError) problem = NULL;
  describe(connection, doing, &problem);
  if (connection->begun && connection->lost == NULL && sqlite3_get_autocommit(connection->handle) != 0)
    connection->lost = g_error_copy(problem);
  g_propagate_error(error, g_steal_pointer(&problem));
  return FALSE;
}

static gboolean
is_lost(Connection *connection, GError **error)
{
  if (connection->lost != NULL && error != NULL)
    *error = g_error_copy(connection->lost);
  return connection->lost != NULL;
}

static void
statement_free(Statement *statement)
{
  sqlite3_finalize(statement->handle);
  g_free(statement->sql);
  g_free(statement);
}

static gboolean
execute(Connection *connection, const char *sql, GError **error)
{
  if (sqlite3_exec(connection->handle, sql, NULL, NULL, NULL) == SQLITE_OK)
    return TRUE;
  return set_error(connection, "run a statement", error);
}

Connection *
connection_open(const char *path, gboolean read_only, GError **error)
{
  g_autoptr(Connection) connection = g_new0(Connection, 1);
  connection->statements =
      g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)statement_free);
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (read_only ? 0 : SQLITE_OPEN_CREATE);
  if (sqlite3_open_v2(path, &connection->handle, flags, NULL) != SQLITE_OK) {
    set_error(connection, "open", error);
    g_prefix_error(error, "%s: ", path);
    return NULL;
  }
  sqlite3_busy_timeout(connection->handle, BUSY_LIMIT_MS);
  connection->read_only = read_only;
  if (!execute(connection, setup_sql, error))
    return NULL;
  if (read_only && !execute(connection, "PRAGMA query_only=ON;", error))
    return NULL;
  return g_steal_pointer(&connection);
}

static Statement *
prepare(Connection *connection, const char *sql, GError **error)
{
  Statement *statement = g_hash_table_lookup(connection->statements, sql);
  if (statement != NULL) {
    g_hash_table_steal(connection->statements, sql);
    return statement;
  }
  sqlite3_stmt *handle = NULL;
  if (sqlite3_prepare_v3(connection->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &handle, NULL) !=
      SQLITE_OK) {
    set_error(connection, "prepare a statement", error);
    return NULL;
  }
  statement = g_new0(Statement, 1);
  statement->connection = connection;
  statement->sql = g_strdup(sql);
  statement->handle = handle;
  return statement;
}

/* The caller's va_list is at @values; text is copied by SQLite, because queries outlive their arguments. */
static int
bind_value(sqlite3_stmt *handle, int at, char type, va_list *values)
{
  switch (type) {
  case 's':
    return sqlite3_bind_text(handle, at, va_arg(*values, const char *), -1, SQLITE_TRANSIENT);
  case 'l':
    return sqlite3_bind_int64(handle, at, va_arg(*values, gint64));
  case 'i':
    return sqlite3_bind_int(handle, at, va_arg(*values, int));
  default:
    g_return_val_if_reached(SQLITE_MISUSE);
  }
}

Statement *
connection_bind(Connection *connection, const char *sql, const char *types, va_list values, GError **error)
{
  Statement *statement = is_lost(connection, error) ? NULL : prepare(connection, sql, error);
  if (statement == NULL)
    return NULL;
  va_list copy;
  va_copy(copy, values);
  int result = SQLITE_OK;
  for (int at = 0; types[at] != '\0' && result == SQLITE_OK; at++)
    result = bind_value(statement->handle, at + 1, types[at], &copy);
  va_end(copy);
  if (result == SQLITE_OK)
    return statement;
  set_error(connection, "bind a value", error);
  connection_release(statement);
  return NULL;
}

gboolean
connection_step(Statement *statement, gboolean *ret_row, GError **error)
{
  if (is_lost(statement->connection, error))
    return FALSE;
  int result = sqlite3_step(statement->handle);
  if (result != SQLITE_ROW && result != SQLITE_DONE)
    return set_error(statement->connection, "run a statement", error);
  *ret_row = result == SQLITE_ROW;
  return TRUE;
}

gint64
connection_changes(Connection *connection)
{
  return sqlite3_changes64(connection->handle);
}

const char *
connection_text(Statement *statement, int column)
{
  return (const char *)sqlite3_column_text(statement->handle, column);
}

gint64
connection_int(Statement *statement, int column)
{
  return sqlite3_column_int64(statement->handle, column);
}

void
connection_release(Statement *statement)
{
  if (statement == NULL)
    return;
  sqlite3_reset(statement->handle);
  sqlite3_clear_bindings(statement->handle);
  GHashTable *statements = statement->connection->statements;
  if (g_hash_table_contains(statements, statement->sql))
    statement_free(statement);
  else
    g_hash_table_insert(statements, statement->sql, statement);
}

/* @sql, a static text without values, prepared once. */
static gboolean
run_plain(Connection *connection, const char *sql, GError **error)
{
  Statement *statement = is_lost(connection, error) ? NULL : prepare(connection, sql, error);
  gboolean row;
  gboolean done = statement != NULL && connection_step(statement, &row, error);
  connection_release(statement);
  return done;
}

gboolean
connection_begin(Connection *connection, GError **error)
{
  g_clear_error(&connection->lost);
  connection->begun = run_plain(connection, connection->read_only ? "BEGIN" : "BEGIN IMMEDIATE", error);
  return connection->begun;
}

gboolean
connection_commit(Connection *connection, GError **error)
{
  if (!run_plain(connection, "COMMIT", error))
    return FALSE;
  connection->begun = FALSE;
  return TRUE;
}

void
connection_rollback(Connection *connection)
{
  g_autoptr(GError) error = NULL;
  if (sqlite3_get_autocommit(connection->handle) == 0 && !run_plain(connection, "ROLLBACK", &error))
    log_warning("The database could not undo a transaction: %s", error->message);
  connection->begun = FALSE;
  g_clear_error(&connection->lost);
}

gboolean
connection_in_transaction(Connection *connection)
{
  return connection->begun && connection->lost == NULL && sqlite3_get_autocommit(connection->handle) == 0;
}

gboolean
connection_begin_part(Connection *connection, GError **error)
{
  return run_plain(connection, "SAVEPOINT part", error);
}

gboolean
connection_accept_part(Connection *connection, GError **error)
{
  return run_plain(connection, "RELEASE part", error);
}

void
connection_undo_part(Connection *connection)
{
  g_autoptr(GError) error = NULL;
  if (connection_in_transaction(connection) &&
      (!run_plain(connection, "ROLLBACK TO part", &error) || !run_plain(connection, "RELEASE part", &error)))
    log_warning("The database could not undo a part: %s", error->message);
}

void
connection_close(Connection *connection)
{
  if (connection == NULL)
    return;
  g_clear_pointer(&connection->statements, g_hash_table_unref);
  sqlite3_close(connection->handle);
  g_clear_error(&connection->lost);
  g_free(connection);
}
