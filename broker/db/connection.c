/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/db/connection.h"

#include "broker/db/connection_methods.h"

gboolean
connection_begin(Connection *connection, GError **error)
{
  return connection->methods->begin(connection, error);
}

gboolean
connection_commit(Connection *connection, GError **error)
{
  return connection->methods->commit(connection, error);
}

void
connection_rollback(Connection *connection)
{
  connection->methods->rollback(connection);
}

gboolean
connection_in_transaction(Connection *connection)
{
  return connection->methods->in_transaction(connection);
}

gboolean
connection_begin_part(Connection *connection, GError **error)
{
  return connection->methods->begin_part(connection, error);
}

gboolean
connection_accept_part(Connection *connection, GError **error)
{
  return connection->methods->accept_part(connection, error);
}

void
connection_undo_part(Connection *connection)
{
  connection->methods->undo_part(connection);
}

gboolean
connection_run(Connection *connection, const char *sql, const ConnectionValues *values, gboolean later,
               gint64 *ret_changed, GError **error)
{
  return connection->methods->run(connection, sql, values, later, ret_changed, error);
}

Statement *
connection_query(Connection *connection, const char *sql, const ConnectionValues *values, gboolean later,
                 GError **error)
{
  return connection->methods->query(connection, sql, values, later, error);
}

gboolean
connection_settle(Connection *connection, GError **error)
{
  return connection->methods->settle == NULL || connection->methods->settle(connection, error);
}

gboolean
connection_step(Statement *statement, gboolean *ret_row, GError **error)
{
  return statement->connection->methods->step(statement, ret_row, error);
}

const char *
connection_text(Statement *statement, int column)
{
  return statement->connection->methods->text(statement, column);
}

gint64
connection_int(Statement *statement, int column)
{
  return statement->connection->methods->number(statement, column);
}

void
connection_release(Statement *statement)
{
  if (statement != NULL)
    statement->connection->methods->release(statement);
}

gboolean
connection_notify(Connection *connection, const char *channel, const char *payload, GError **error)
{
  return connection->methods->notify(connection, channel, payload, error);
}

gboolean
connection_be_patient(Connection *connection, GError **error)
{
  return connection->methods->be_patient == NULL || connection->methods->be_patient(connection, error);
}

void
connection_close(Connection *connection)
{
  if (connection != NULL)
    connection->methods->close(connection);
}
