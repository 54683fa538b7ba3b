/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/db/db.h"

#include "broker/db/connection_methods.h"
#include "broker/db/db_fault.h"
#include "broker/db/group_commit.h"
#include "broker/db/notice_board.h"
#include "broker/db/postgres_connection.h"
#include "broker/db/postgres_listener.h"
#include "broker/db/sqlite_connection.h"
#include "common/base/error.h"

#include <string.h>
#include <unistd.h>

typedef Connection *(*OpenConnection)(gconstpointer where, gboolean read_only, GError **error);

struct Db {
  int lock;                   /* SQLite: descriptor whose lock keeps other brokers out; -1 */
  PostgresServer *server;     /* PostgreSQL, as the next; nullable */
  PostgresListener *listener; /* nullable */
  const Clock *clock;
  char *writer_name; /* nullable */
  Connection *writer;
  GroupCommit *group;
  NoticeBoard *board;
  GAsyncQueue *readers; /* of Connection that rest */
  DbFault fault;        /* nullable */
  gpointer fault_data;
  gint is_away;  /* atomic */
  guint changes; /* atomic */
};

struct DbQuery {
  DbTransaction *transaction;
  Statement *statement;
};

struct DbTransaction {
  Db *db;
  DbMode mode;
  Connection *connection;
  gboolean open;
  GError *failure;    /* nullable: of the statement that failed */
  GPtrArray *notices; /* nullable: channel and payload in turn */
  DbQuery query;      /* one at a time costs no memory of its own */
};

/* Of one member, once it is durable. */
static void
tell_notices(gpointer work, gpointer data)
{
  GPtrArray *notices = work;
  for (guint i = 0; i + 1 < notices->len; i += 2)
    notice_board_push(data, g_ptr_array_index(notices, i), g_ptr_array_index(notices, i + 1));
}

static gboolean
open_connections(Db *db, guint readers, OpenConnection open_one, gconstpointer where, GError **error)
{
  db->writer = open_one(where, FALSE, error);
  if (db->writer == NULL)
    return FALSE;
  for (guint i = 0; i < readers; i++) {
    Connection *reader = open_one(where, TRUE, error);
    if (reader == NULL)
      return FALSE;
    g_async_queue_push(db->readers, reader);
  }
  return TRUE;
}

static Connection *
open_sqlite(gconstpointer path, gboolean read_only, GError **error)
{
  return sqlite_connection_open(path, read_only, error);
}

static Connection *
open_postgres(gconstpointer server, gboolean read_only, GError **error)
{
  return postgres_connection_open((PostgresServer *)server, read_only, error);
}

static gboolean
open_file(Db *db, const char *path, guint readers, GError **error)
{
  db->lock = sqlite_connection_lock(path, error);
  return db->lock >= 0 && open_connections(db, readers, open_sqlite, path, error);
}

static gboolean
open_server(Db *db, const char *address, guint readers, GError **error)
{
  db->server = postgres_server_new(address, error);
  if (db->server == NULL || !open_connections(db, readers, open_postgres, db->server, error))
    return FALSE;
  db->listener = postgres_listener_new(db->server, db->board, &db->is_away, error);
  return db->listener != NULL;
}

Db *
db_open(const char *address, guint readers, const Clock *clock, GError **error)
{
  g_autoptr(Db) db = g_new0(Db, 1);
  db->lock = -1;
  db->clock = clock;
  db->readers = g_async_queue_new_full((GDestroyNotify)connection_close);
  db->board = notice_board_new();
  gboolean is_server = postgres_server_is_address(address);
  if (is_server ? !open_server(db, address, readers, error) : !open_file(db, address, readers, error))
    return NULL;
  db->group = group_commit_new(db->writer, tell_notices, db->board, (GDestroyNotify)g_ptr_array_unref);
  return g_steal_pointer(&db);
}

Db *
db_open_to_read(const char *address, const Clock *clock, GError **error)
{
  g_autoptr(Db) db = g_new0(Db, 1);
  db->lock = -1;
  db->clock = clock;
  db->readers = g_async_queue_new_full((GDestroyNotify)connection_close);
  db->board = notice_board_new();
  Connection *reader = NULL;
  if (!postgres_server_is_address(address))
    reader = sqlite_connection_open(address, TRUE, error);
  else if ((db->server = postgres_server_new(address, error)) != NULL)
    reader = postgres_connection_open(db->server, TRUE, error);
  if (reader == NULL)
    return NULL;
  g_async_queue_push(db->readers, reader);
  return g_steal_pointer(&db);
}

void
db_close(Db *db)
{
  if (db == NULL)
    return;
  g_clear_pointer(&db->listener, postgres_listener_free);
  g_clear_pointer(&db->board, notice_board_free);
  g_clear_pointer(&db->group, group_commit_free);
  g_clear_pointer(&db->readers, g_async_queue_unref);
  g_clear_pointer(&db->writer, connection_close);
  g_clear_pointer(&db->server, postgres_server_free);
  if (db->lock >= 0)
    close(db->lock);
  g_free(db->writer_name);
  g_free(db);
}

DbEngine
db_engine(Db *db)
{
  return db->server != NULL ? DB_POSTGRES : DB_SQLITE;
}

DbEngine
db_transaction_engine(DbTransaction *transaction)
{
  return db_engine(transaction->db);
}

void
db_set_writer(Db *db, const char *name)
{
  g_free(db->writer_name);
  db->writer_name = g_strdup(name);
}

const char *
db_transaction_writer(DbTransaction *transaction)
{
  return transaction->db->writer_name != NULL ? transaction->db->writer_name : "(none)";
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
  gboolean is_away = !answered && g_error_matches(problem, CARAWAY_ERROR, CARAWAY_ERROR_DATABASE);
  if (g_atomic_int_get(&db->is_away) != is_away)
    g_atomic_int_set(&db->is_away, is_away);
  if (problem != NULL)
    g_propagate_error(error, problem);
  return answered;
}

gboolean
db_available(Db *db)
{
  return g_atomic_int_get(&db->is_away) == 0;
}

guint
db_change_stamp(Db *db)
{
  return (guint)g_atomic_int_get(&db->changes);
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
  g_return_val_if_fail(mode == DB_READ || db->writer != NULL, NULL);
  Connection *connection = db->writer;
  GError *problem = NULL;
  gboolean begun =
      mode == DB_WRITE ? group_commit_join(db->group, &problem) : begin_read(db, &connection, &problem);
  if (begun && !step_succeeds(db, DB_STEP_BEGIN, mode, &problem)) {
    end(db, mode, connection);
    begun = FALSE;
  }
  if (!begun) {
    note_answer(db, FALSE, problem, error);
    return NULL;
  }
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

/* Takes note of @problem (transfer full, nullable): what failed can only be undone. */
static gboolean
note_failure(DbTransaction *transaction, GError *problem, GError **error)
{
  if (problem != NULL && transaction->failure == NULL)
    transaction->failure = g_error_copy(problem);
  return note_answer(transaction->db, problem == NULL, problem, error);
}

gboolean
db_be_patient(DbTransaction *transaction, GError **error)
{
  GError *problem = NULL;
  return connection_be_patient(transaction->connection, &problem) ||
         note_failure(transaction, problem, error);
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
      group_commit_accept(transaction->db->group, g_steal_pointer(&transaction->notices), &problem);
  g_atomic_int_inc(&transaction->db->changes); /* also when nobody knows whether it is durable */
  durable = durable && step_succeeds(transaction->db, DB_STEP_COMMITTED, DB_WRITE, &problem);
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
db_clock_us(Db *db)
{
  gint64 now_us = db->server != NULL ? postgres_server_now(db->server) : -1;
  return now_us >= 0 ? now_us : clock_wall_us(db->clock);
}

gint64
db_now_us(DbTransaction *transaction)
{
  return db_clock_us(transaction->db);
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
  GError *problem = NULL;
  if (transaction->connection->methods->notify != NULL)
    return connection_notify(transaction->connection, channel, payload, &problem) ||
           note_failure(transaction, problem, error);
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

static gboolean
may_run(DbTransaction *transaction, GError **error)
{
  g_return_val_if_fail(transaction->open, FALSE);
  if (has_failed(transaction, error))
    return FALSE;
  GError *problem = NULL;
  if (step_succeeds(transaction->db, DB_STEP_STATEMENT, transaction->mode, &problem))
    return TRUE;
  return note_failure(transaction, problem, error);
}

/* The values that follow a statement's @types. */
static ConnectionValues
take_values(ConnectionValue *room, const char *types, va_list *arguments)
{
  guint count = 0;
  for (; types[count] != '\0' && count < CONNECTION_VALUES_MAX; count++) {
    ConnectionValue *value = &room[count];
    *value = (ConnectionValue){.is_text = types[count] == 's'};
    if (value->is_text)
      value->text = va_arg(*arguments, const char *);
    else
      value->number = types[count] == 'l' ? va_arg(*arguments, gint64) : va_arg(*arguments, int);
    value->is_null = value->is_text && value->text == NULL;
  }
  return (ConnectionValues){room, count};
}

/* As take_values(), where all values are given as text. */
static ConnectionValues
read_values(ConnectionValue *room, const char *types, const char *const *texts)
{
  guint count = 0;
  for (; types[count] != '\0' && count < CONNECTION_VALUES_MAX; count++) {
    gboolean is_text = types[count] == 's';
    room[count] =
        (ConnectionValue){.is_text = is_text, .is_null = texts[count] == NULL, .text = texts[count]};
    if (!is_text && texts[count] != NULL)
      room[count].number = g_ascii_strtoll(texts[count], NULL, 10);
  }
  return (ConnectionValues){room, count};
}

static gboolean
run(DbTransaction *transaction, const char *sql, const ConnectionValues *values, gboolean later,
    gint64 *ret_changed, GError **error)
{
  if (!may_run(transaction, error))
    return FALSE;
  GError *problem = NULL;
  if (connection_run(transaction->connection, sql, values, later, ret_changed, &problem))
    return note_failure(transaction, NULL, error);
  return note_failure(transaction, problem, error);
}

gint64
db_run(DbTransaction *transaction, GError **error, const char *sql, const char *types, ...)
{
  ConnectionValue room[CONNECTION_VALUES_MAX];
  va_list arguments;
  va_start(arguments, types);
  const ConnectionValues values = take_values(room, types, &arguments);
  va_end(arguments);
  gint64 changed = -1;
  return run(transaction, sql, &values, FALSE, &changed, error) ? changed : -1;
}

gboolean
db_run_later(DbTransaction *transaction, gint64 *ret_changed, GError **error, const char *sql,
             const char *types, ...)
{
  ConnectionValue room[CONNECTION_VALUES_MAX];
  va_list arguments;
  va_start(arguments, types);
  const ConnectionValues values = take_values(room, types, &arguments);
  va_end(arguments);
  return run(transaction, sql, &values, TRUE, ret_changed, error);
}

gboolean
db_run_texts(DbTransaction *transaction, GError **error, const char *sql, const char *types,
             const char *const *texts)
{
  ConnectionValue room[CONNECTION_VALUES_MAX];
  const ConnectionValues values = read_values(room, types, texts);
  return run(transaction, sql, &values, TRUE, NULL, error);
}

gboolean
db_settle(DbTransaction *transaction, GError **error)
{
  if (has_failed(transaction, error))
    return FALSE;
  GError *problem = NULL;
  return connection_settle(transaction->connection, &problem) || note_failure(transaction, problem, error);
}

static DbQuery *
query(DbTransaction *transaction, const char *sql, const ConnectionValues *values, gboolean later,
      GError **error)
{
  if (!may_run(transaction, error))
    return NULL;
  GError *problem = NULL;
  Statement *statement = connection_query(transaction->connection, sql, values, later, &problem);
  if (!note_failure(transaction, problem, error))
    return NULL;
  gboolean is_spare = transaction->query.statement == NULL;
  DbQuery *rows = is_spare ? &transaction->query : g_new0(DbQuery, 1);
  rows->transaction = transaction;
  rows->statement = statement;
  return rows;
}

DbQuery *
db_query(DbTransaction *transaction, GError **error, const char *sql, const char *types, ...)
{
  ConnectionValue room[CONNECTION_VALUES_MAX];
  va_list arguments;
  va_start(arguments, types);
  const ConnectionValues values = take_values(room, types, &arguments);
  va_end(arguments);
  return query(transaction, sql, &values, FALSE, error);
}

DbQuery *
db_query_later(DbTransaction *transaction, GError **error, const char *sql, const char *types, ...)
{
  ConnectionValue room[CONNECTION_VALUES_MAX];
  va_list arguments;
  va_start(arguments, types);
  const ConnectionValues values = take_values(room, types, &arguments);
  va_end(arguments);
  return query(transaction, sql, &values, TRUE, error);
}

DbQuery *
db_query_texts(DbTransaction *transaction, GError **error, const char *sql, const char *types,
               const char *const *texts)
{
  ConnectionValue room[CONNECTION_VALUES_MAX];
  const ConnectionValues values = read_values(room, types, texts);
  return query(transaction, sql, &values, FALSE, error);
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
  connection_release(g_steal_pointer(&query->statement));
  if (query != &query->transaction->query)
    g_free(query);
}
