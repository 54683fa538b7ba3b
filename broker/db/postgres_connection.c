/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/db/postgres_connection.h"

#include "broker/db/connection_methods.h"
#include "broker/db/postgres_error.h"
#include "broker/db/postgres_pipeline.h"
#include "broker/db/text_array.h"
#include "common/base/error.h"
#include "common/base/log.h"

#include <string.h>

#define TRY_AGAIN_LIMIT_US G_TIME_SPAN_SECOND
#define LATER_MAX          400 /* commands that wait for their results */

/* "CARAWAY" as a number: the right to write in this database. */
#define LOCK_SQL   "SELECT pg_advisory_xact_lock(18931565297092953)"
#define CLOCK_SQL  "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint"
#define NOTIFY_SQL "SELECT pg_notify('" POSTGRES_CHANNEL "', n) FROM unnest(CAST(? AS text[])) AS n"
#define SURE_SQL                                                                                             \
  "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"

typedef struct {
  Connection base;
  PostgresServer *server;
  PostgresPipeline *pipeline;
  gboolean read_only;
  gboolean begun;
  gboolean begin_waits; /* a reader's BEGIN goes with its first statement */
  gboolean unverified;  /* statements of this part wait in the flight */
  TextArray *notices;   /* (nullable) of this part: they go together with its end */
  GError *lost;         /* nullable: why the transaction is gone */
} PostgresConnection;

typedef struct {
  Statement base;
  PGresult *result;
  int row;
} PostgresStatement;

static PostgresConnection *
own(Connection *connection)
{
  return (PostgresConnection *)connection;
}

static void
set_limit(PostgresConnection *connection)
{
  postgres_pipeline_set_limit(connection->pipeline,
                              connection->read_only ? POSTGRES_READ_LIMIT_MS : POSTGRES_ANSWER_LIMIT_MS);
}

static gboolean
is_lost(PostgresConnection *connection, GError **error)
{
  if (connection->lost != NULL && error != NULL)
    *error = g_error_copy(connection->lost);
  return connection->lost != NULL;
}

/* Sends what was gathered; a connection that is lost takes the transaction with it. */
static gboolean
fly(PostgresConnection *connection, PGresult **ret_last, GError **error)
{
  GError *problem = NULL;
  connection->unverified = FALSE;
  if (postgres_pipeline_fly(connection->pipeline, ret_last, &problem))
    return TRUE;
  if (!postgres_pipeline_is_connected(connection->pipeline) && connection->lost == NULL)
    connection->lost = g_error_copy(problem);
  g_propagate_error(error, problem);
  return FALSE;
}

static gboolean
fly_plain(PostgresConnection *connection, GError **error)
{
  return fly(connection, NULL, error);
}

static gboolean
begin_writing(PostgresConnection *connection, gboolean is_new, GError **error)
{
  if (is_new) { /* on its own: with BEGIN it would belong to this transaction and be undone with it */
    postgres_pipeline_add_plain(connection->pipeline, SURE_SQL);
    if (!fly_plain(connection, error))
      return FALSE;
  }
  postgres_pipeline_add_plain(connection->pipeline, "BEGIN ISOLATION LEVEL READ COMMITTED");
  postgres_pipeline_add_plain(connection->pipeline, LOCK_SQL);
  postgres_pipeline_add_plain(connection->pipeline, CLOCK_SQL);
  PGresult *clock = NULL;
  if (!fly(connection, &clock, error))
    return FALSE;
  postgres_server_set_now(connection->server, g_ascii_strtoll(PQgetvalue(clock, 0, 0), NULL, 10));
  PQclear(clock);
  return TRUE;
}

/* A connection that rested may have been lost without a sign; nothing was done in this transaction yet, so it
 * is tried once more on a new one. */
static gboolean
try_begin(PostgresConnection *connection, gboolean is_last_try, GError **error)
{
  gboolean is_new;
  g_clear_error(&connection->lost);
  if (!postgres_pipeline_connect(connection->pipeline, &is_new, error))
    return FALSE;
  if (connection->read_only) {
    connection->begin_waits = TRUE;
    return TRUE;
  }
  GError *problem = NULL;
  if (begin_writing(connection, is_new, &problem))
    return TRUE;
  if (connection->lost != NULL && !is_new && !is_last_try) {
    g_clear_error(&problem);
    return try_begin(connection, TRUE, error);
  }
  g_propagate_error(error, problem);
  return FALSE;
}

static void
rollback(Connection *base)
{
  PostgresConnection *connection = own(base);
  if (connection->begun && !connection->begin_waits && postgres_pipeline_is_connected(connection->pipeline)) {
    if (postgres_pipeline_length(connection->pipeline) > 0) /* one that fails would have ROLLBACK skipped */
      (void)fly_plain(connection, NULL);
    if (postgres_pipeline_is_connected(connection->pipeline)) {
      postgres_pipeline_add_plain(connection->pipeline, "ROLLBACK");
      postgres_pipeline_send(connection->pipeline);
    }
  }
  set_limit(connection);
  g_clear_pointer(&connection->notices, text_array_free);
  connection->begun = FALSE;
  connection->begin_waits = FALSE;
  connection->unverified = FALSE;
  g_clear_error(&connection->lost);
}

static gboolean
begin(Connection *base, GError **error)
{
  PostgresConnection *connection = own(base);
  connection->begun = TRUE;
  if (try_begin(connection, FALSE, error))
    return TRUE;
  rollback(base);
  return FALSE;
}

/* Whether a commit happened is not known when the connection is lost while it is on its way. A transaction
 * that had failed before is undone by COMMIT without an error. */
static gboolean
commit(Connection *base, GError **error)
{
  PostgresConnection *connection = own(base);
  if (is_lost(connection, error))
    return FALSE;
  GError *problem = NULL;
  postgres_pipeline_add_plain(connection->pipeline, "COMMIT");
  PGresult *result = NULL;
  gboolean durable = fly(connection, &result, &problem) && g_str_equal(PQcmdStatus(result), "COMMIT");
  if (connection->lost != NULL)
    postgres_error_lost(postgres_server_name(connection->server), "while committing", TRUE, error);
  else if (problem != NULL)
    g_propagate_error(error, g_steal_pointer(&problem));
  else if (!durable)
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_DATABASE,
                "The database undid this instead of keeping it; nothing was changed, try again.");
  g_clear_error(&problem);
  PQclear(result);
  connection->begun = !durable;
  if (durable)
    set_limit(connection);
  return durable;
}

static gboolean
in_transaction(Connection *base)
{
  return own(base)->begun && own(base)->lost == NULL;
}

/* It goes with the first statement. */
static gboolean
begin_part(Connection *base, GError **error)
{
  if (is_lost(own(base), error))
    return FALSE;
  postgres_pipeline_add_plain(own(base)->pipeline, "SAVEPOINT part");
  return TRUE;
}

/* One statement for all of them. */
static void
tell_notices(PostgresConnection *connection)
{
  if (connection->notices == NULL)
    return;
  const ConnectionValue value = {.is_text = TRUE, .text = text_array_text(connection->notices)};
  const ConnectionValues values = {&value, 1};
  postgres_pipeline_add(connection->pipeline, NOTIFY_SQL, &values, NULL, NULL);
  connection->unverified = TRUE;
  g_clear_pointer(&connection->notices, text_array_free);
}

/* What of this part waits for its result must be known to work before others build on it. */
static gboolean
accept_part(Connection *base, GError **error)
{
  PostgresConnection *connection = own(base);
  if (is_lost(connection, error))
    return FALSE;
  tell_notices(connection);
  gboolean must_know = connection->unverified;
  postgres_pipeline_add_plain(connection->pipeline, "RELEASE SAVEPOINT part");
  return !must_know || fly_plain(connection, error);
}

static void
undo_part(Connection *base)
{
  PostgresConnection *connection = own(base);
  g_autoptr(GError) error = NULL;
  g_clear_pointer(&connection->notices, text_array_free);
  if (!in_transaction(base))
    return;
  if (postgres_pipeline_length(connection->pipeline) > 0)
    (void)fly_plain(connection, NULL);
  if (!in_transaction(base))
    return;
  postgres_pipeline_add_plain(connection->pipeline, "ROLLBACK TO SAVEPOINT part");
  postgres_pipeline_add_plain(connection->pipeline, "RELEASE SAVEPOINT part");
  if (!fly_plain(connection, &error) && connection->lost == NULL)
    connection->lost = g_steal_pointer(&error); /* COMMIT must not keep what was to be undone */
}

static void
begin_reading(PostgresConnection *connection)
{
  if (connection->begin_waits)
    postgres_pipeline_add_plain(connection->pipeline, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  connection->begin_waits = FALSE;
}

static gboolean
run_once(PostgresConnection *connection, const char *sql, const ConnectionValues *values,
         PGresult **ret_result, GError **error)
{
  begin_reading(connection);
  postgres_pipeline_add(connection->pipeline, sql, values, NULL, NULL);
  return fly(connection, ret_result, error);
}

/* A reader whose resting connection was lost without a sign begins once more on a new one. */
static gboolean
run_surely(PostgresConnection *connection, const char *sql, const ConnectionValues *values,
           PGresult **ret_result, GError **error)
{
  gboolean is_first = connection->begin_waits;
  gint64 begun_us = g_get_monotonic_time();
  GError *problem = NULL;
  if (run_once(connection, sql, values, ret_result, &problem))
    return TRUE;
  if (is_first && connection->lost != NULL && g_get_monotonic_time() - begun_us < TRY_AGAIN_LIMIT_US &&
      postgres_pipeline_connect(connection->pipeline, NULL, NULL)) {
    g_clear_error(&connection->lost);
    g_clear_error(&problem);
    connection->begin_waits = TRUE;
    return run_once(connection, sql, values, ret_result, error);
  }
  g_propagate_error(error, problem);
  return FALSE;
}

static gboolean
may_wait(PostgresConnection *connection)
{
  return !connection->begin_waits && postgres_pipeline_length(connection->pipeline) < LATER_MAX;
}

static gboolean
run(Connection *base, const char *sql, const ConnectionValues *values, gboolean later, gint64 *ret_changed,
    GError **error)
{
  PostgresConnection *connection = own(base);
  if (is_lost(connection, error))
    return FALSE;
  if (later && may_wait(connection)) {
    postgres_pipeline_add(connection->pipeline, sql, values, ret_changed, NULL);
    connection->unverified = TRUE;
    return TRUE;
  }
  PGresult *result = NULL;
  if (!run_surely(connection, sql, values, &result, error))
    return FALSE;
  if (ret_changed != NULL)
    *ret_changed = g_ascii_strtoll(PQcmdTuples(result), NULL, 10);
  PQclear(result);
  return TRUE;
}

static Statement *
query(Connection *base, const char *sql, const ConnectionValues *values, gboolean later, GError **error)
{
  PostgresConnection *connection = own(base);
  if (is_lost(connection, error))
    return NULL;
  PostgresStatement *statement = g_new0(PostgresStatement, 1);
  statement->base.connection = base;
  statement->row = -1;
  if (later && may_wait(connection)) {
    postgres_pipeline_add(connection->pipeline, sql, values, NULL, &statement->result);
    connection->unverified = TRUE;
  } else if (!run_surely(connection, sql, values, &statement->result, error)) {
    g_free(statement);
    return NULL;
  }
  return &statement->base;
}

static gboolean
settle(Connection *base, GError **error)
{
  PostgresConnection *connection = own(base);
  if (is_lost(connection, error))
    return FALSE;
  return !connection->unverified || fly_plain(connection, error);
}

/* The result may still be on its way. */
static gboolean
step(Statement *base, gboolean *ret_row, GError **error)
{
  PostgresStatement *statement = (PostgresStatement *)base;
  if (statement->result == NULL && !settle(base->connection, error))
    return FALSE;
  if (statement->result == NULL) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_DATABASE, "A statement before this one had failed.");
    return FALSE;
  }
  if (statement->row < PQntuples(statement->result))
    statement->row++;
  *ret_row = statement->row < PQntuples(statement->result);
  return TRUE;
}

static const char *
text(Statement *base, int column)
{
  PostgresStatement *statement = (PostgresStatement *)base;
  if (PQgetisnull(statement->result, statement->row, column) != 0)
    return NULL;
  return PQgetvalue(statement->result, statement->row, column);
}

/* What compares is a boolean here and 0 or 1 elsewhere. */
static gint64
number(Statement *base, int column)
{
  const char *value = text(base, column);
  if (value == NULL || g_str_equal(value, "f"))
    return 0;
  return g_str_equal(value, "t") ? 1 : g_ascii_strtoll(value, NULL, 10);
}

static void
release(Statement *base)
{
  PostgresStatement *statement = (PostgresStatement *)base;
  if (statement->result == NULL)
    postgres_pipeline_forget(own(base->connection)->pipeline, &statement->result);
  PQclear(statement->result);
  g_free(statement);
}

static gboolean
notify(Connection *base, const char *channel, const char *payload, GError **error)
{
  PostgresConnection *connection = own(base);
  if (is_lost(connection, error))
    return FALSE;
  g_autofree char *both = g_strconcat(channel, " ", payload, NULL);
  if (connection->notices == NULL)
    connection->notices = text_array_new();
  text_array_add(connection->notices, both);
  return TRUE;
}

static gboolean
be_patient(Connection *base, GError **error)
{
  PostgresConnection *connection = own(base);
  postgres_pipeline_set_limit(connection->pipeline, 0);
  begin_reading(connection);
  postgres_pipeline_add_plain(connection->pipeline, "SET LOCAL statement_timeout = 0");
  postgres_pipeline_add_plain(connection->pipeline, "SET LOCAL idle_in_transaction_session_timeout = 0");
  return fly_plain(connection, error);
}

static void
close_connection(Connection *base)
{
  PostgresConnection *connection = own(base);
  postgres_pipeline_free(connection->pipeline);
  g_clear_pointer(&connection->notices, text_array_free);
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
    .settle = settle,
    .step = step,
    .text = text,
    .number = number,
    .release = release,
    .notify = notify,
    .be_patient = be_patient,
    .close = close_connection,
};

Connection *
postgres_connection_open(PostgresServer *server, gboolean read_only, GError **error)
{
  PostgresConnection *connection = g_new0(PostgresConnection, 1);
  g_autoptr(Connection) base = &connection->base;
  connection->base.methods = &METHODS;
  connection->server = server;
  connection->read_only = read_only;
  connection->pipeline = postgres_pipeline_new(server);
  set_limit(connection);
  if (!postgres_pipeline_connect(connection->pipeline, NULL, error))
    return NULL;
  return g_steal_pointer(&base);
}
