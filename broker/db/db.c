/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/db/db.h"

#include "broker/db/connection.h"
#include "broker/db/db_fault.h"
#include "common/base/error.h"
#include "common/base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

struct Db {
  int lock; /* descriptor whose lock keeps other brokers out */
  GMutex writing;
  Connection *writer;
  GAsyncQueue *readers; /* of Connection that rest */
  DbFault fault;        /* nullable */
  gpointer fault_data;
};

struct DbTransaction {
  Db *db;
  DbMode mode;
  Connection *connection;
  gboolean open;
};

struct DbQuery {
  Statement *statement;
};

static gboolean
take_lock(Db *db, const char *path, GError **error)
{
  g_autofree char *name = g_strconcat(path, ".lock", NULL);
  db->lock = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (db->lock < 0) {
    int code = errno == ENOSPC ? CARAWAY_ERROR_NO_SPACE : CARAWAY_ERROR_DATABASE;
    g_set_error(error, CARAWAY_ERROR, code, "%s cannot be opened: %s.", name, g_strerror(errno));
    return FALSE;
  }
  if (flock(db->lock, LOCK_EX | LOCK_NB) == 0)
    return TRUE;
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT,
              "%s is in use by another broker; stop that one first.", path);
  return FALSE;
}

/* SQLite would make it with the umask's mode; its journal files take the mode of this one. */
static gboolean
make_private(const char *path, GError **error)
{
  int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) {
    int code = errno == ENOSPC ? CARAWAY_ERROR_NO_SPACE : CARAWAY_ERROR_DATABASE;
    g_set_error(error, CARAWAY_ERROR, code, "The database %s cannot be opened: %s.", path, g_strerror(errno));
    return FALSE;
  }
  close(file);
  return TRUE;
}

Db *
db_open(const char *path, guint readers, GError **error)
{
  g_autoptr(Db) db = g_new0(Db, 1);
  db->lock = -1;
  g_mutex_init(&db->writing);
  db->readers = g_async_queue_new_full((GDestroyNotify)connection_close);
  if (!take_lock(db, path, error) || !make_private(path, error))
    return NULL;
  db->writer = connection_open(path, FALSE, error);
  if (db->writer == NULL)
    return NULL;
  for (guint i = 0; i < readers; i++) {
    Connection *reader = connection_open(path, TRUE, error);
    if (reader == NULL)
      return NULL;
    g_async_queue_push(db->readers, reader);
  }
  return g_steal_pointer(&db);
}

void
db_close(Db *db)
{
  if (db == NULL)
    return;
  g_clear_pointer(&db->readers, g_async_queue_unref);
  g_clear_pointer(&db->writer, connection_close);
  g_mutex_clear(&db->writing);
  if (db->lock >= 0)
    close(db->lock);
  g_free(db);
}

void
db_set_fault(Db *db, DbFault fault, gpointer user_data)
{
  db->fault_data = user_data;
  db->fault = fault;
}

static gboolean
step_succeeds(Db *db, DbStep step, DbMode mode, GError **error)
{
  return db->fault == NULL || db->fault(step, mode, db->fault_data, error);
}

static void
give_back(Db *db, DbMode mode, Connection *connection)
{
  if (mode == DB_WRITE)
    g_mutex_unlock(&db->writing);
  else
    g_async_queue_push(db->readers, connection);
}

static Connection *
take_turn(Db *db, DbMode mode)
{
  if (mode == DB_READ)
    return g_async_queue_pop(db->readers);
  g_mutex_lock(&db->writing);
  return db->writer;
}

DbTransaction *
db_begin(Db *db, DbMode mode, GError **error)
{
  Connection *connection = take_turn(db, mode);
  if (!step_succeeds(db, DB_STEP_BEGIN, mode, error) ||
      !connection_execute(connection, mode == DB_WRITE ? "BEGIN IMMEDIATE" : "BEGIN", error)) {
    give_back(db, mode, connection);
    return NULL;
  }
  DbTransaction *transaction = g_new0(DbTransaction, 1);
  transaction->db = db;
  transaction->mode = mode;
  transaction->connection = connection;
  transaction->open = TRUE;
  return transaction;
}

gboolean
db_commit(DbTransaction *transaction, GError **error)
{
  if (!step_succeeds(transaction->db, DB_STEP_COMMIT, transaction->mode, error) ||
      !connection_execute(transaction->connection, "COMMIT", error))
    return FALSE;
  transaction->open = FALSE;
  return step_succeeds(transaction->db, DB_STEP_COMMITTED, transaction->mode, error);
}

void
db_transaction_free(DbTransaction *transaction)
{
  if (transaction == NULL)
    return;
  /* A failed statement may have rolled back by itself (SQLite: full disk, I/O error): then there is nothing
   * to undo. */
  g_autoptr(GError) error = NULL;
  if (transaction->open && !connection_execute(transaction->connection, "ROLLBACK", &error))
    log_debug("Nothing was left to undo: %s", error->message);
  give_back(transaction->db, transaction->mode, transaction->connection);
  g_free(transaction);
}

gint64
db_run(DbTransaction *transaction, GError **error, const char *sql, const char *types, ...)
{
  if (!step_succeeds(transaction->db, DB_STEP_STATEMENT, transaction->mode, error))
    return -1;
  va_list values;
  va_start(values, types);
  Statement *statement = connection_bind(transaction->connection, sql, types, values, error);
  va_end(values);
  if (statement == NULL)
    return -1;
  gboolean row;
  gint64 changed = connection_step(statement, &row, error) ? connection_changes(transaction->connection) : -1;
  connection_release(statement);
  return changed;
}

DbQuery *
db_query(DbTransaction *transaction, GError **error, const char *sql, const char *types, ...)
{
  if (!step_succeeds(transaction->db, DB_STEP_STATEMENT, transaction->mode, error))
    return NULL;
  va_list values;
  va_start(values, types);
  Statement *statement = connection_bind(transaction->connection, sql, types, values, error);
  va_end(values);
  if (statement == NULL)
    return NULL;
  DbQuery *query = g_new0(DbQuery, 1);
  query->statement = statement;
  return query;
}

gboolean
db_next(DbQuery *query, gboolean *ret_row, GError **error)
{
  return connection_step(query->statement, ret_row, error);
}

const char *
db_text(DbQuery *query, int column)
{
  return connection_text(query->statement, column);
}

gint64
db_int(DbQuery *query, int column)
{
  return connection_int(query->statement, column);
}

void
db_query_free(DbQuery *query)
{
  if (query == NULL)
    return;
  connection_release(query->statement);
  g_free(query);
}
