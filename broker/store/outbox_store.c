/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/store/outbox_store.h"

#include "broker/store/row.h"

gboolean
outbox_store_add(DbTransaction *transaction, const char *host, const HostCommand *command, GError **error)
{
  HostMessage message = {.type = HOST_MESSAGE_COMMAND, .command = *command};
  message.command.term = 0; /* that of the link that will deliver it */
  if (!row_number(
          db_query(transaction, error,
                   "INSERT INTO outbox (host, desktop_id, kind, text) VALUES (?, ?, ?, '') RETURNING id",
                   "sss", host, command->desktop, host_command_name((HostCommandKind)command->kind)),
          &message.command.id, error))
    return FALSE;
  g_autofree char *text = host_message_build(&message);
  return row_changed(
      db_run(transaction, error, "UPDATE outbox SET text = ? WHERE id = ?", "sl", text, message.command.id),
      "such command", error);
}

static gpointer
read_command(DbQuery *query)
{
  Command *command = g_new0(Command, 1);
  command->id = db_int(query, 0);
  command->host = g_strdup(db_text(query, 1));
  command->desktop_id = g_strdup(db_text(query, 2));
  command->kind = g_strdup(db_text(query, 3));
  command->text = g_strdup(db_text(query, 4));
  return command;
}

GPtrArray *
outbox_store_list(DbTransaction *transaction, const char *host, gint64 after_id, GError **error)
{
  return row_all(db_query(transaction, error,
                          "SELECT id, host, desktop_id, kind, text FROM outbox WHERE host = ? AND id > ?"
                          " ORDER BY id LIMIT 1000",
                          "sl", host, after_id),
                 read_command, (GDestroyNotify)command_free, error);
}

Command *
outbox_store_find(DbTransaction *transaction, const char *host, gint64 id, GError **error)
{
  return row_one(db_query(transaction, error,
                          "SELECT id, host, desktop_id, kind, text FROM outbox WHERE host = ? AND id = ?",
                          "sl", host, id),
                 read_command, "such command", error);
}

gboolean
outbox_store_waits(DbTransaction *transaction, const char *desktop_id, const char *kind, gboolean *ret_waits,
                   GError **error)
{
  gint64 count;
  if (!row_number(db_query(transaction, error,
                           "SELECT COUNT(*) FROM outbox WHERE desktop_id = ? AND kind = ?", "ss", desktop_id,
                           kind),
                  &count, error))
    return FALSE;
  *ret_waits = count > 0;
  return TRUE;
}

gboolean
outbox_store_remove(DbTransaction *transaction, gint64 id, GError **error)
{
  return row_changed(db_run(transaction, error, "DELETE FROM outbox WHERE id = ?", "l", id), "such command",
                     error);
}

gboolean
outbox_store_remove_of_desktop(DbTransaction *transaction, const char *desktop_id, GError **error)
{
  return db_run(transaction, error, "DELETE FROM outbox WHERE desktop_id = ?", "s", desktop_id) >= 0;
}
