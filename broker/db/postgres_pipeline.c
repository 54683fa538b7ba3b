/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/db/postgres_pipeline.h"

#include "broker/db/postgres_error.h"
#include "broker/db/postgres_statement.h"
#include "common/base/error.h"

#include <string.h>

#define VALUES_MAX  CONNECTION_VALUES_MAX
#define NUMBER_SIZE 24
/* pg_type.dat: typed places, so that "? IS NULL" has a type */
#define OID_INT8 20
#define OID_TEXT 25

typedef struct {
  char name[16];
  char *text;
  Oid *types;
  guint count;
  gboolean is_prepared;
} Prepared;

/* One command of a flight. */
typedef struct {
  Prepared *prepares; /* nullable: what it prepares */
  gint64 *changed;    /* nullable, as the next: where its result goes */
  PGresult **result;
} Command;

struct PostgresPipeline {
  PostgresServer *server;
  PGconn *handle;    /* nullable: not connected */
  GHashTable *known; /* portable text → Prepared */
  guint names;
  GArray *flight;   /* of Command */
  gboolean is_sent; /* the flight was sent, its results were not read */
  guint limit_ms;   /* 0: none */
};

static void
prepared_free(Prepared *prepared)
{
  g_free(prepared->text);
  g_free(prepared->types);
  g_free(prepared);
}

PostgresPipeline *
postgres_pipeline_new(PostgresServer *server)
{
  PostgresPipeline *pipeline = g_new0(PostgresPipeline, 1);
  pipeline->server = server;
  pipeline->known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)prepared_free);
  pipeline->flight = g_array_new(FALSE, TRUE, sizeof(Command));
  pipeline->limit_ms = POSTGRES_ANSWER_LIMIT_MS;
  return pipeline;
}

static void
disconnect(PostgresPipeline *pipeline)
{
  g_clear_pointer(&pipeline->handle, PQfinish);
  g_hash_table_remove_all(pipeline->known);
  g_array_set_size(pipeline->flight, 0);
  pipeline->is_sent = FALSE;
}

gboolean
postgres_pipeline_connect(PostgresPipeline *pipeline, gboolean *ret_is_new, GError **error)
{
  if (pipeline->is_sent)
    (void)!postgres_pipeline_fly(pipeline, NULL, NULL);
  if (ret_is_new != NULL)
    *ret_is_new = pipeline->handle == NULL;
  if (pipeline->handle != NULL)
    return TRUE;
  pipeline->handle = postgres_server_connect(pipeline->server, error);
  if (pipeline->handle == NULL)
    return FALSE;
  return PQenterPipelineMode(pipeline->handle) == 1;
}

gboolean
postgres_pipeline_is_connected(PostgresPipeline *pipeline)
{
  return pipeline->handle != NULL;
}

void
postgres_pipeline_set_limit(PostgresPipeline *pipeline, guint limit_ms)
{
  pipeline->limit_ms = limit_ms;
}

guint
postgres_pipeline_length(PostgresPipeline *pipeline)
{
  return pipeline->is_sent ? 0 : pipeline->flight->len;
}

static void
add_command(PostgresPipeline *pipeline, Command command)
{
  g_array_append_val(pipeline->flight, command);
}

/* A command that cannot be sent is a lost connection, which the flight's end finds. */
void
postgres_pipeline_add_plain(PostgresPipeline *pipeline, const char *command)
{
  g_return_if_fail(pipeline->handle != NULL && !pipeline->is_sent);
  if (PQsendQueryParams(pipeline->handle, command, 0, NULL, NULL, NULL, NULL, 0) == 1)
    add_command(pipeline, (Command){.prepares = NULL});
}

/* Whether the places of @prepared have the types of @values. */
static gboolean
fits(const Prepared *prepared, const ConnectionValues *values)
{
  for (guint i = 0; i < values->count; i++)
    if (prepared->types[i] != (values->values[i].is_text ? OID_TEXT : OID_INT8))
      return FALSE;
  return prepared->count == values->count;
}

static Prepared *
find_prepared(PostgresPipeline *pipeline, const char *sql, const ConnectionValues *values)
{
  Prepared *prepared = g_hash_table_lookup(pipeline->known, sql);
  if (prepared != NULL && fits(prepared, values))
    return prepared;
  prepared = g_new0(Prepared, 1);
  g_snprintf(prepared->name, sizeof prepared->name, "c%u", ++pipeline->names);
  prepared->text = postgres_statement_number(sql);
  prepared->count = values->count;
  prepared->types = g_new(Oid, values->count);
  for (guint i = 0; i < values->count; i++)
    prepared->types[i] = values->values[i].is_text ? OID_TEXT : OID_INT8;
  g_hash_table_replace(pipeline->known, g_strdup(sql), prepared);
  return prepared;
}

static void
send_prepare(PostgresPipeline *pipeline, Prepared *prepared)
{
  if (PQsendPrepare(pipeline->handle, prepared->name, prepared->text, (int)prepared->count,
                    prepared->types) == 1)
    add_command(pipeline, (Command){.prepares = prepared});
  prepared->is_prepared = TRUE; /* until it turns out otherwise */
}

/* libpq copies the values before it returns. */
static void
send_values(PostgresPipeline *pipeline, const char *name, const ConnectionValues *values, Command command)
{
  char numbers[VALUES_MAX][NUMBER_SIZE];
  const char *texts[VALUES_MAX];
  for (guint i = 0; i < values->count; i++) {
    const ConnectionValue *value = &values->values[i];
    texts[i] = value->is_null ? NULL : value->is_text ? value->text : numbers[i];
    if (!value->is_text)
      g_snprintf(numbers[i], NUMBER_SIZE, "%" G_GINT64_FORMAT, value->number);
  }
  if (PQsendQueryPrepared(pipeline->handle, name, (int)values->count, texts, NULL, NULL, 0) == 1)
    add_command(pipeline, command);
}

/* Definitions of tables run once and are not worth a name. */
static gboolean
is_worth_preparing(const char *sql)
{
  static const char *const WORDS[] = {"SELECT", "INSERT", "UPDATE", "DELETE", "WITH"};
  for (guint i = 0; i < G_N_ELEMENTS(WORDS); i++)
    if (g_str_has_prefix(sql, WORDS[i]))
      return TRUE;
  return FALSE;
}

void
postgres_pipeline_add(PostgresPipeline *pipeline, const char *sql, const ConnectionValues *values,
                      gint64 *changed, PGresult **result)
{
  g_return_if_fail(values->count <= VALUES_MAX && pipeline->handle != NULL && !pipeline->is_sent);
  if (values->count == 0 && !is_worth_preparing(sql)) {
    g_autofree char *text = postgres_statement_define(sql);
    postgres_pipeline_add_plain(pipeline, text);
    return;
  }
  Prepared *prepared = find_prepared(pipeline, sql, values);
  if (!prepared->is_prepared)
    send_prepare(pipeline, prepared);
  send_values(pipeline, prepared->name, values, (Command){.changed = changed, .result = result});
}

void
postgres_pipeline_forget(PostgresPipeline *pipeline, PGresult **result)
{
  for (guint i = 0; i < pipeline->flight->len; i++) {
    Command *command = &g_array_index(pipeline->flight, Command, i);
    if (command->result == result)
      command->result = NULL;
  }
}

static gboolean
lose(PostgresPipeline *pipeline, const char *text, GError **error)
{
  g_clear_error(error);
  postgres_error_lost(postgres_server_name(pipeline->server), text, FALSE, error);
  disconnect(pipeline);
  return FALSE;
}

/* What preparing did not come to must be prepared again. @result goes where it is waited for. */
static void
note_result(PostgresPipeline *pipeline, guint at, PGresult **result, GError **error)
{
  ExecStatusType status = PQresultStatus(*result);
  gboolean failed = status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK;
  const Command command =
      at < pipeline->flight->len ? g_array_index(pipeline->flight, Command, at) : (Command){.prepares = NULL};
  if (failed && command.prepares != NULL)
    command.prepares->is_prepared = FALSE;
  if (failed && status != PGRES_PIPELINE_ABORTED && *error == NULL)
    postgres_error_of_result(*result, error);
  if (!failed && command.changed != NULL)
    *command.changed = g_ascii_strtoll(PQcmdTuples(*result), NULL, 10);
  if (!failed && command.result != NULL)
    *command.result = g_steal_pointer(result);
}

/* One result, or the end of one command's. FALSE: the connection is lost. */
static gboolean
take_result(PostgresPipeline *pipeline, gint64 until_us, PGresult **ret_result, GError **error)
{
  if (!postgres_server_await(pipeline->handle, until_us))
    return lose(pipeline, "it did not answer in time", error);
  *ret_result = PQgetResult(pipeline->handle);
  if (PQstatus(pipeline->handle) == CONNECTION_OK)
    return TRUE;
  PQclear(*ret_result);
  g_autofree char *text = postgres_error_text(pipeline->handle);
  return lose(pipeline, text, error);
}

static PGresult *
read_flight(PostgresPipeline *pipeline, GError **error)
{
  gint64 until_us =
      pipeline->limit_ms == 0 ? 0 : g_get_monotonic_time() + pipeline->limit_ms * G_TIME_SPAN_MILLISECOND;
  PGresult *last = NULL;
  guint at = 0;
  PGresult *result = NULL;
  while (take_result(pipeline, until_us, &result, error)) {
    if (result == NULL) {
      at++;
      continue;
    }
    if (PQresultStatus(result) == PGRES_PIPELINE_SYNC) {
      PQclear(result);
      return last;
    }
    note_result(pipeline, at, &result, error);
    PQclear(last);
    last = result;
  }
  PQclear(last);
  return NULL;
}

static gboolean
finish_flight(PostgresPipeline *pipeline, GError **error)
{
  if (pipeline->is_sent)
    return TRUE;
  pipeline->is_sent = PQpipelineSync(pipeline->handle) == 1;
  if (pipeline->is_sent)
    return TRUE;
  g_autofree char *text = postgres_error_text(pipeline->handle);
  return lose(pipeline, text, error);
}

gboolean
postgres_pipeline_fly(PostgresPipeline *pipeline, PGresult **ret_last, GError **error)
{
  GError *problem = NULL;
  PGresult *last = NULL;
  if (finish_flight(pipeline, &problem))
    last = read_flight(pipeline, &problem);
  g_array_set_size(pipeline->flight, 0);
  pipeline->is_sent = FALSE;
  if (problem == NULL && ret_last != NULL)
    *ret_last = g_steal_pointer(&last);
  PQclear(last);
  if (problem == NULL)
    return TRUE;
  g_propagate_error(error, problem);
  return FALSE;
}

void
postgres_pipeline_send(PostgresPipeline *pipeline)
{
  if (pipeline->handle == NULL || !finish_flight(pipeline, NULL))
    return;
  (void)PQflush(pipeline->handle); /* what is left is sent when the results are read */
}

void
postgres_pipeline_free(PostgresPipeline *pipeline)
{
  if (pipeline == NULL)
    return;
  disconnect(pipeline);
  g_hash_table_unref(pipeline->known);
  g_array_unref(pipeline->flight);
  g_free(pipeline);
}
