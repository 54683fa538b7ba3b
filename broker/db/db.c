/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/db/db.h"

#include "broker/db/connection.h"
#include "broker/db/db_fault.h"
#include "broker/db/group_commit.h"
#include "broker/db/notice_board.h"
#include "common/base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

struct Db {
  int lock; /* descriptor whose lock keeps other brokers out */
  const Clock *clock;
  Connection *writer;
  GroupCommit *group;
  NoticeBoard *board;
  GAsyncQueue *readers; /* of Connection that rest */
  DbFault fault;        /* nullable */
  gpointer fault_data;
  gint is_away; /* atomic */
};

struct DbTransaction {
  Db *db;
  DbMode mode;
  Connection *connection;
  gboolean open;
  GError *failure;    /* nullable: of the statement that failed */
  GPtrArray *notices; /* nullable: channel and payload in turn */
};

struct DbQuery {
  DbTransaction *transaction;
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

/* Of one member, once it is durable. */
static void
tell_notices(gpointer work, gpointer data)
{
  GPtrArray *notices = work;
  for (guint i = 0; i + 1 < notices->len; i += 2)
    notice_board_push(data, g_ptr_array_index(notices, i), g_ptr_array_index(notices, i + 1));
}

static gboolean
open_connections(Db *db, const char *path, guint readers, GError **error)
{
  db->writer = connection_open(path, FALSE, error);
  if (db->writer == NULL)
    return FALSE;
  for (guint i = 0; i < readers; i++) {
    Connection *reader = connection_open(path, TRUE, error);
    if (reader == NULL)
      return FALSE;
    g_async_queue_push(db->readers, reader);
  }
  return TRUE;
}

Db *
db_open(const char *path, guint readers, const Clock *clock, GError **error)
{
  g_autoptr(Db) db = g_new0(Db, 1);
  db->lock = -1;
  db->clock = clock;
  db->readers = g_async_queue_new_full((GDestroyNotify)connection_close);
  if (!take_lock(db, path, error) || !make_private(path, error) ||
      !open_connections(db, path, readers, error))
    return NULL;
  db->board = notice_board_new();
  db->group = group_commit_new(db->writer, tell_notices, db->board, (GDestroyNotify)g_ptr_array_unref);
  return g_steal_pointer(&db);
}

void
db_close(Db *db)
{
  if (db == NULL)
    return;
  g_clear_pointer(&db->board, notice_board_free);
  g_clear_pointer(&db->group, group_commit_free);
  g_clear_pointer(&db->readers, g_async_queue_unref);
  g_clear_pointer(&db->writer, connection_close);
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

/* The database is away while what was asked of it fails for reasons of its own. */
static gboolean
note_answer(Db *db, gboolean answered, GError *problem, GError **error)
{
  g_atomic_int_set(&db->is_away,
                   !answered && g_error_matches(problem, CARAWAY_ERROR, CARAWAY_ERROR_DATABASE));
  if (problem != NULL)
    g_propagate_error(error, problem);
  return answered;
}

gboolean
db_available(Db *db)
{
  return g_atomic_int_get(&db->is_away) == 0;
}

void
db_writing(Db *db, DbWriting *ret_writing)
{
  group_commit_count(db->group, &ret_writing->waiting, &ret_writing->commits, &ret_writing->members);
}

static gboolean
begin_read(Db *db, Connection **ret_connection, GError **error)
{
  Connection *reader = g_async_queue_pop(db->readers);
  *ret_connection = reader;
  if (connection_begin(reader, error))
    return TRUE;
  g_async_queue_push(db->readers, reader);
  return FALSE;
}

static void
end(Db *db, DbMode mode, Connection *connection)
{
  if (mode == DB_WRITE) {
    group_commit_undo(db->group);
    return;
  }
  connection_rollback(connection);
  g_async_queue_push(db->readers, connection);
}

DbTransaction *
db_begin(Db *db, DbMode mode, GError **error)
{
  Connection *connection = db->writer;
  GError *problem = NULL;
  gboolean begun =
      mode == DB_WRITE ? group_commit_join(db->group, &problem) : begin_read(db, &connection, &problem);
  if (begun && !step_succeeds(db, DB_STEP_BEGIN, mode, &problem)) {
    end(db, mode, connection);
    begun = FALSE;
  }
  if (!note_answer(db, begun, problem, error))
    return NULL;
  DbTransaction *transaction = g_new0(DbTransaction, 1);
  transaction->db = db;
  transaction->mode = mode;
  transaction->connection = connection;
  transaction->open = TRUE;
  return transaction;
}

static void
undo(DbTransaction *transaction)
{
  transaction->open = FALSE;
  end(transaction->db, transaction->mode, transaction->connection);
}

static gboolean
has_failed(DbTransaction *transaction, GError **error)
{
  if (transaction->failure != NULL && error != NULL)
    *error = g_error_copy(transaction->failure);
  return transaction->failure != NULL;
}

gboolean
db_commit(DbTransaction *transaction, GError **error)
{
  g_return_val_if_fail(transaction->open, FALSE);
  if (has_failed(transaction, error) || transaction->mode == DB_READ) {
    undo(transaction);
    return transaction->failure == NULL;
  }
  GError *problem = NULL;
  if (!step_succeeds(transaction->db, DB_STEP_COMMIT, DB_WRITE, &problem)) {
    undo(transaction);
    return note_answer(transaction->db, FALSE, problem, error);
  }
  transaction->open = FALSE;
  gboolean durable =
      group_commit_accept(transaction->db->group, g_steal_pointer(&transaction->notices), &problem) &&
      step_succeeds(transaction->db, DB_STEP_COMMITTED, DB_WRITE, &problem);
  return note_answer(transaction->db, durable, problem, error);
}

void
db_transaction_free(DbTransaction *transaction)
{
  if (transaction == NULL)
    return;
  if (transaction->open)
    undo(transaction);
  g_clear_pointer(&transaction->notices, g_ptr_array_unref);
  g_clear_error(&transaction->failure);
  g_free(transaction);
}

gint64
db_now_us(DbTransaction *transaction)
{
  return clock_wall_us(transaction->db->clock);
}

static gboolean
is_noticed(GPtrArray *notices, const char *channel, const char *payload)
{
  for (guint i = 0; i + 1 < notices->len; i += 2)
    if (g_str_equal(g_ptr_array_index(notices, i), channel) &&
        g_str_equal(g_ptr_array_index(notices, i + 1), payload))
      return TRUE;
  return FALSE;
}

gboolean
db_notify(DbTransaction *transaction, const char *channel, const char *payload, GError **error)
{
  g_return_val_if_fail(strlen(payload) <= DB_PAYLOAD_MAX && transaction->mode == DB_WRITE, FALSE);
  if (has_failed(transaction, error))
    return FALSE;
  if (transaction->notices == NULL)
    transaction->notices = g_ptr_array_new_with_free_func(g_free);
  if (is_noticed(transaction->notices, channel, payload))
    return TRUE;
  g_ptr_array_add(transaction->notices, g_strdup(channel));
  g_ptr_array_add(transaction->notices, g_strdup(payload));
  return TRUE;
}

void
db_listen(Db *db, DbListener listener, gpointer data)
{
  notice_board_listen(db->board, listener, data);
}

/* Takes note of @problem (transfer full, nullable): what failed can only be undone. */
static gboolean
note_failure(DbTransaction *transaction, GError *problem, GError **error)
{
  if (problem == NULL)
    return TRUE;
  if (transaction->failure == NULL)
    transaction->failure = g_error_copy(problem);
  g_propagate_error(error, problem);
  return FALSE;
}

static Statement *
bind(DbTransaction *transaction, const char *sql, const char *types, va_list values, GError **error)
{
  g_return_val_if_fail(transaction->open, NULL);
  if (has_failed(transaction, error))
    return NULL;
  GError *problem = NULL;
  Statement *statement = NULL;
  if (step_succeeds(transaction->db, DB_STEP_STATEMENT, transaction->mode, &problem))
    statement = connection_bind(transaction->connection, sql, types, values, &problem);
  return note_failure(transaction, problem, error) ? statement : NULL;
}

gint64
db_run(DbTransaction *transaction, GError **error, const char *sql, const char *types, ...)
{
  va_list values;
  va_start(values, types);
  Statement *statement = bind(transaction, sql, types, values, error);
  va_end(values);
  if (statement == NULL)
    return -1;
  gboolean row;
  GError *problem = NULL;
  gint64 changed = -1;
  if (connection_step(statement, &row, &problem))
    changed = connection_changes(transaction->connection);
  connection_release(statement);
  return note_failure(transaction, problem, error) ? changed : -1;
}

DbQuery *
db_query(DbTransaction *transaction, GError **error, const char *sql, const char *types, ...)
{
  va_list values;
  va_start(values, types);
  Statement *statement = bind(transaction, sql, types, values, error);
  va_end(values);
  if (statement == NULL)
    return NULL;
  DbQuery *query = g_new0(DbQuery, 1);
  query->transaction = transaction;
  query->statement = statement;
  return query;
}

gboolean
db_next(DbQuery *query, gboolean *ret_row, GError **error)
{
  GError *problem = NULL;
  if (connection_step(query->statement, ret_row, &problem))
    return TRUE;
  return note_failure(query->transaction, problem, error);
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
