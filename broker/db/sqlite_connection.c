/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/db/sqlite_connection.h"

#include "broker/db/connection_methods.h"
#include "common/base/error.h"
#include "common/base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <unistd.h>

#define BUSY_LIMIT_MS 5000

typedef struct {
  Connection base;
  sqlite3 *handle;
  GHashTable *statements; /* SQL → SqliteStatement */
  gboolean read_only;
  gboolean begun; /* a transaction was begun and not ended by us */
  GError *lost;   /* nullable: why the engine undid it by itself */
} SqliteConnection;

typedef struct {
  Statement base;
  char *sql;
  sqlite3_stmt *handle;
  gboolean is_busy;
  gboolean is_extra; /* the same text twice at once */
} SqliteStatement;

/* WAL with synchronous=FULL: a commit that returned is on the disk (INVARIANTS I2). Under load a page changes
 * many times between two checkpoints and is copied back once, so these are rarer than by default: 16 MiB of
 * journal. The writer keeps as much in memory. */
static const char setup_sql[] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
                                "PRAGMA trusted_schema=OFF; PRAGMA temp_store=MEMORY;"
                                "PRAGMA wal_autocheckpoint=4000;";
static const char writer_sql[] = "PRAGMA cache_size=-16384;"; /* KiB */
static const char reader_sql[] = "PRAGMA query_only=ON;";

static void
describe(SqliteConnection *connection, const char *doing, GError **error)
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
set_error(SqliteConnection *connection, const char *doing, GError **error)
{
  g_autoptr(GError) problem = NULL;
  describe(connection, doing, &problem);
  if (connection->begun && connection->lost == NULL && sqlite3_get_autocommit(connection->handle) != 0)
    connection->lost = g_error_copy(problem);
  g_propagate_error(error, g_steal_pointer(&problem));
  return FALSE;
}

static gboolean
is_lost(SqliteConnection *connection, GError **error)
{
  if (connection->lost != NULL && error != NULL)
    *error = g_error_copy(connection->lost);
  return connection->lost != NULL;
}

static SqliteConnection *
own(Connection *connection)
{
  return (SqliteConnection *)connection;
}

static void
statement_free(SqliteStatement *statement)
{
  sqlite3_finalize(statement->handle);
  g_free(statement->sql);
  g_free(statement);
}

static gboolean
execute(SqliteConnection *connection, const char *sql, GError **error)
{
  if (sqlite3_exec(connection->handle, sql, NULL, NULL, NULL) == SQLITE_OK)
    return TRUE;
  return set_error(connection, "run a statement", error);
}

static SqliteStatement *
statement_new(SqliteConnection *connection, const char *sql, GError **error)
{
  sqlite3_stmt *handle = NULL;
  if (sqlite3_prepare_v3(connection->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &handle, NULL) !=
      SQLITE_OK) {
    set_error(connection, "prepare a statement", error);
    return NULL;
  }
  SqliteStatement *statement = g_new0(SqliteStatement, 1);
  statement->base.connection = &connection->base;
  statement->sql = g_strdup(sql);
  statement->handle = handle;
  return statement;
}

/* Once prepared, a statement costs one look-up and no memory. */
static SqliteStatement *
prepare(SqliteConnection *connection, const char *sql, GError **error)
{
  SqliteStatement *statement = g_hash_table_lookup(connection->statements, sql);
  gboolean is_extra = statement != NULL && statement->is_busy;
  if (statement == NULL || is_extra) {
    statement = statement_new(connection, sql, error);
    if (statement == NULL)
      return NULL;
    statement->is_extra = is_extra;
    if (!is_extra)
      g_hash_table_insert(connection->statements, statement->sql, statement);
  }
  statement->is_busy = TRUE;
  return statement;
}

static void
release(Statement *base)
{
  SqliteStatement *statement = (SqliteStatement *)base;
  sqlite3_reset(statement->handle);
  if (statement->is_extra) {
    statement_free(statement);
    return;
  }
  sqlite3_clear_bindings(statement->handle);
  statement->is_busy = FALSE;
}

/* The text of a query is copied, because it outlives its arguments. */
static int
bind_value(sqlite3_stmt *handle, int at, const ConnectionValue *value, sqlite3_destructor_type text_lives)
{
  if (value->is_null)
    return sqlite3_bind_null(handle, at);
  if (value->is_text)
    return sqlite3_bind_text(handle, at, value->text, -1, text_lives);
  return sqlite3_bind_int64(handle, at, value->number);
}

static SqliteStatement *
bind(SqliteConnection *connection, const char *sql, const ConnectionValues *values,
     sqlite3_destructor_type text_lives, GError **error)
{
  SqliteStatement *statement = is_lost(connection, error) ? NULL : prepare(connection, sql, error);
  if (statement == NULL)
    return NULL;
  int result = SQLITE_OK;
  for (guint i = 0; i < values->count && result == SQLITE_OK; i++)
    result = bind_value(statement->handle, (int)i + 1, &values->values[i], text_lives);
  if (result == SQLITE_OK)
    return statement;
  set_error(connection, "bind a value", error);
  release(&statement->base);
  return NULL;
}

static gboolean
step(Statement *base, gboolean *ret_row, GError **error)
{
  SqliteConnection *connection = own(base->connection);
  if (is_lost(connection, error))
    return FALSE;
  int result = sqlite3_step(((SqliteStatement *)base)->handle);
  if (result != SQLITE_ROW && result != SQLITE_DONE)
    return set_error(connection, "run a statement", error);
  *ret_row = result == SQLITE_ROW;
  return TRUE;
}

static gboolean
run(Connection *base, const char *sql, const ConnectionValues *values, gboolean later, gint64 *ret_changed,
    GError **error)
{
  SqliteConnection *connection = own(base);
  SqliteStatement *statement = bind(connection, sql, values, SQLITE_STATIC, error);
  if (statement == NULL)
    return FALSE;
  gboolean row;
  gboolean done = step(&statement->base, &row, error);
  if (done && ret_changed != NULL)
    *ret_changed = sqlite3_changes64(connection->handle);
  release(&statement->base);
  return done;
}

static Statement *
query(Connection *base, const char *sql, const ConnectionValues *values, gboolean later, GError **error)
{
  return (Statement *)bind(own(base), sql, values, SQLITE_TRANSIENT, error);
}

static const char *
text(Statement *statement, int column)
{
  return (const char *)sqlite3_column_text(((SqliteStatement *)statement)->handle, column);
}

static gint64
number(Statement *statement, int column)
{
  return sqlite3_column_int64(((SqliteStatement *)statement)->handle, column);
}

/* @sql without values. */
static gboolean
run_plain(SqliteConnection *connection, const char *sql, GError **error)
{
  SqliteStatement *statement = is_lost(connection, error) ? NULL : prepare(connection, sql, error);
  gboolean row;
  gboolean done = statement != NULL && step(&statement->base, &row, error);
  if (statement != NULL)
    release(&statement->base);
  return done;
}

static gboolean
begin(Connection *base, GError **error)
{
  SqliteConnection *connection = own(base);
  g_clear_error(&connection->lost);
  connection->begun = run_plain(connection, connection->read_only ? "BEGIN" : "BEGIN IMMEDIATE", error);
  return connection->begun;
}

static gboolean
commit(Connection *base, GError **error)
{
  SqliteConnection *connection = own(base);
  if (!run_plain(connection, "COMMIT", error))
    return FALSE;
  connection->begun = FALSE;
  return TRUE;
}

static void
rollback(Connection *base)
{
  SqliteConnection *connection = own(base);
  g_autoptr(GError) error = NULL;
  g_clear_error(&connection->lost);
  if (sqlite3_get_autocommit(connection->handle) == 0 && !run_plain(connection, "ROLLBACK", &error))
    log_warning("The database could not undo a transaction: %s", error->message);
  connection->begun = FALSE;
}

static gboolean
in_transaction(Connection *base)
{
  SqliteConnection *connection = own(base);
  return connection->begun && connection->lost == NULL && sqlite3_get_autocommit(connection->handle) == 0;
}

static gboolean
begin_part(Connection *base, GError **error)
{
  return run_plain(own(base), "SAVEPOINT part", error);
}

static gboolean
accept_part(Connection *base, GError **error)
{
  return run_plain(own(base), "RELEASE part", error);
}

static void
undo_part(Connection *base)
{
  g_autoptr(GError) error = NULL;
  if (in_transaction(base) &&
      (!run_plain(own(base), "ROLLBACK TO part", &error) || !run_plain(own(base), "RELEASE part", &error)))
    log_warning("The database could not undo a part: %s", error->message);
}

static void
close_connection(Connection *base)
{
  SqliteConnection *connection = own(base);
  g_clear_pointer(&connection->statements, g_hash_table_unref);
  sqlite3_close(connection->handle);
  g_clear_error(&connection->lost);
  g_free(connection);
}

static const ConnectionMethods METHODS = {
    .begin = begin,
    .commit = commit,
    .rollback = rollback,
    .in_transaction = in_transaction,
    .begin_part = begin_part,
    .accept_part = accept_part,
    .undo_part = undo_part,
    .run = run,
    .query = query,
    .step = step,
    .text = text,
    .number = number,
    .release = release,
    .close = close_connection,
};

Connection *
sqlite_connection_open(const char *path, gboolean read_only, GError **error)
{
  SqliteConnection *connection = g_new0(SqliteConnection, 1);
  g_autoptr(Connection) base = &connection->base;
  connection->base.methods = &METHODS;
  connection->read_only = read_only;
  connection->statements =
      g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)statement_free);
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (read_only ? 0 : SQLITE_OPEN_CREATE);
  if (sqlite3_open_v2(path, &connection->handle, flags, NULL) != SQLITE_OK) {
    set_error(connection, "open", error);
    g_prefix_error(error, "%s: ", path);
    return NULL;
  }
  sqlite3_busy_timeout(connection->handle, BUSY_LIMIT_MS);
  if (!execute(connection, setup_sql, error) ||
      !execute(connection, read_only ? reader_sql : writer_sql, error))
    return NULL;
  return g_steal_pointer(&base);
}

static int
open_private(const char *path, GError **error)
{
  int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0)
    g_set_error(error, CARAWAY_ERROR, errno == ENOSPC ? CARAWAY_ERROR_NO_SPACE : CARAWAY_ERROR_DATABASE,
                "The database %s cannot be opened: %s.", path, g_strerror(errno));
  return file;
}

int
sqlite_connection_lock(const char *path, GError **error)
{
  g_autofree char *name = g_strconcat(path, ".lock", NULL);
  int lock = open_private(name, error);
  if (lock < 0)
    return -1;
  if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
    close(lock);
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT,
                "%s is in use by another broker; stop that one first.", path);
    return -1;
  }
  /* SQLite would make it with the umask's mode; its journal files take the mode of this one. */
  int file = open_private(path, error);
  if (file < 0) {
    close(lock);
    return -1;
  }
  close(file);
  return lock;
}
