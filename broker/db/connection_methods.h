/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an engine's file fills in for connection.h, where each function is described under its name.
 */
#pragma once

#include "broker/db/connection.h"

/** One function for each of connection.h; settle, notify and be_patient may be NULL. */
struct ConnectionMethods {
  gboolean (*begin)(Connection *connection, GError **error);
  gboolean (*commit)(Connection *connection, GError **error);
  void (*rollback)(Connection *connection);
  gboolean (*in_transaction)(Connection *connection);
  gboolean (*begin_part)(Connection *connection, GError **error);
  gboolean (*accept_part)(Connection *connection, GError **error);
  void (*undo_part)(Connection *connection);
  gboolean (*run)(Connection *connection, const char *sql, const ConnectionValues *values, gboolean later,
                  gint64 *ret_changed, GError **error);
  Statement *(*query)(Connection *connection, const char *sql, const ConnectionValues *values, gboolean later,
                      GError **error);
  gboolean (*settle)(Connection *connection, GError **error);
  gboolean (*step)(Statement *statement, gboolean *ret_row, GError **error);
  const char *(*text)(Statement *statement, int column);
  gint64 (*number)(Statement *statement, int column);
  void (*release)(Statement *statement);
  gboolean (*notify)(Connection *connection, const char *channel, const char *payload, GError **error);
  gboolean (*be_patient)(Connection *connection, GError **error);
  void (*close)(Connection *connection);
};
